//! Models that loom explores.

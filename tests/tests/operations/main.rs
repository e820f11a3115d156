//! Operating a service: its health, and the delay of its shutdown.

mod health;
mod health_reasons;
mod shutdown_delay;

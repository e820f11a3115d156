pub(super) async fn events() {}

#[taskvisor::job]
async fn sync<K, V>(_key: &K, _value: V)
where
    K: Clone,
{
}

fn main() {}

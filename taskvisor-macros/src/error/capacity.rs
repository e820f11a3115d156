//! More words that are options elsewhere: of instances, permits, rate limits and the capacity of a slot.
//!
//! The format is that of the first table.

/// The third table; read only when an option is unknown.
pub(crate) const CAPACITY: &str = r##"
# Instances.
instances
  job [option-of-another-attribute]: it belongs to a task; a job runs once for each submission: write `max_concurrent = 4` for how many of them may run at once
  main [option-of-another-attribute]: it belongs to a task; write `#[task(instances = 4)]`
  subscriber [option-of-another-attribute]: it belongs to a task; a subscriber handles one event after the other: spawn inside what may take longer
replicas workers parallelism parallel concurrent num_workers numprocs num_instances max_instances desired_count pool_size worker_count concurrency
  task [renamed-option]: write `instances = 4`
  job [renamed-option]: write `max_concurrent = 4`
  subscriber [option-of-another-library]: a subscriber handles one event after the other; spawn inside what may take longer
concurrency
  main [renamed-option]: write `max_concurrent = 8`
worker process_count procs shards
  task [renamed-option]: write `instances = 4`
scale autoscale autoscaling min_instances min_replicas max_replicas
  task [option-of-another-library]: write `instances = 4`, and call `supervisor.scale("consume", 8)` where the load is known
completions
  task [option-of-another-library]: a task runs until it is stopped; write a `#[job]`, and submit it several times
  job [option-of-another-library]: one submission is one run; submit it several times

# Permits.
max_concurrent
  subscriber [option-of-another-attribute]: it belongs to a job or a task; a subscriber handles one event after the other: spawn inside what may take longer
max_concurrency max_parallel max_parallelism max_running concurrency_limit limits_concurrency max_in_flight permits semaphore
  task [renamed-option]: write `instances = 4, max_concurrent = 2` for four instances of which two run at once
  job [renamed-option]: write `max_concurrent = 4`
  main [renamed-option]: write `max_concurrent = 8`
max_tasks
  main [renamed-option]: write `max_concurrent = 8`

# Rate limits.
rate throttle limiter rate_limiter rate_per_minute per_minute rpm
  task, job [renamed-option]: write `rate_limit = "10/m"`
requests_per_second per_second rate_per_second rps qps
  task, job [renamed-option]: write `rate_limit = "10/s"`
rate rate_limit throttle limiter requests_per_second
  main [option-of-another-attribute]: it belongs to a task or a job: write `#[task(rate_limit = "10/m")]`, or `max_concurrent = 8` for how many attempts run at once
  subscriber [option-of-another-attribute]: it belongs to a task or a job; a subscriber is called for each event: count them inside, in a `State<T>` with a `Mutex`
burst_size burst_limit max_burst burstiness
  task, job [renamed-option]: write `rate_limit = "10/m", burst = 3`
burst
  main, subscriber [option-of-another-attribute]: it belongs to a task or a job; write `#[task(rate_limit = "10/m", burst = 3)]`

# The capacity of a slot.
slots slot_capacity slot_size slot_limit places key_concurrency concurrency_per_key max_per_slot per_slot
  job [renamed-option]: write `slot = "tenant-{tenant}", capacity = 2` for two submissions in a slot at once
slots
  task [renamed-option]: write `instances = 4`
capacity
  task [option-of-another-attribute]: it belongs to a job, for the submissions in its slot; write `instances = 4` for a task that runs several times at once
  main [option-of-another-attribute]: it belongs to a job; write `#[job(slot = "tenant-{tenant}", capacity = 2)]`
"##;

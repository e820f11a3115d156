//! A hundred tasks in one file, each written out.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU8, Ordering};

use taskvisor::{App, SupervisorHandle};

static RUNS: [AtomicU8; 100] = [const { AtomicU8::new(0) }; 100];

async fn ran(number: usize) {
    tokio::task::yield_now().await;
    RUNS[number].fetch_add(1, Ordering::SeqCst);
}

#[rustfmt::skip]
mod tasks {
    use taskvisor::task;

    use super::ran;

    #[task] async fn task_00() { ran(0).await }
    #[task] async fn task_01() { ran(1).await }
    #[task] async fn task_02() { ran(2).await }
    #[task] async fn task_03() { ran(3).await }
    #[task] async fn task_04() { ran(4).await }
    #[task] async fn task_05() { ran(5).await }
    #[task] async fn task_06() { ran(6).await }
    #[task] async fn task_07() { ran(7).await }
    #[task] async fn task_08() { ran(8).await }
    #[task] async fn task_09() { ran(9).await }
    #[task] async fn task_10() { ran(10).await }
    #[task] async fn task_11() { ran(11).await }
    #[task] async fn task_12() { ran(12).await }
    #[task] async fn task_13() { ran(13).await }
    #[task] async fn task_14() { ran(14).await }
    #[task] async fn task_15() { ran(15).await }
    #[task] async fn task_16() { ran(16).await }
    #[task] async fn task_17() { ran(17).await }
    #[task] async fn task_18() { ran(18).await }
    #[task] async fn task_19() { ran(19).await }
    #[task] async fn task_20() { ran(20).await }
    #[task] async fn task_21() { ran(21).await }
    #[task] async fn task_22() { ran(22).await }
    #[task] async fn task_23() { ran(23).await }
    #[task] async fn task_24() { ran(24).await }
    #[task] async fn task_25() { ran(25).await }
    #[task] async fn task_26() { ran(26).await }
    #[task] async fn task_27() { ran(27).await }
    #[task] async fn task_28() { ran(28).await }
    #[task] async fn task_29() { ran(29).await }
    #[task] async fn task_30() { ran(30).await }
    #[task] async fn task_31() { ran(31).await }
    #[task] async fn task_32() { ran(32).await }
    #[task] async fn task_33() { ran(33).await }
    #[task] async fn task_34() { ran(34).await }
    #[task] async fn task_35() { ran(35).await }
    #[task] async fn task_36() { ran(36).await }
    #[task] async fn task_37() { ran(37).await }
    #[task] async fn task_38() { ran(38).await }
    #[task] async fn task_39() { ran(39).await }
    #[task] async fn task_40() { ran(40).await }
    #[task] async fn task_41() { ran(41).await }
    #[task] async fn task_42() { ran(42).await }
    #[task] async fn task_43() { ran(43).await }
    #[task] async fn task_44() { ran(44).await }
    #[task] async fn task_45() { ran(45).await }
    #[task] async fn task_46() { ran(46).await }
    #[task] async fn task_47() { ran(47).await }
    #[task] async fn task_48() { ran(48).await }
    #[task] async fn task_49() { ran(49).await }
    #[task] async fn task_50() { ran(50).await }
    #[task] async fn task_51() { ran(51).await }
    #[task] async fn task_52() { ran(52).await }
    #[task] async fn task_53() { ran(53).await }
    #[task] async fn task_54() { ran(54).await }
    #[task] async fn task_55() { ran(55).await }
    #[task] async fn task_56() { ran(56).await }
    #[task] async fn task_57() { ran(57).await }
    #[task] async fn task_58() { ran(58).await }
    #[task] async fn task_59() { ran(59).await }
    #[task] async fn task_60() { ran(60).await }
    #[task] async fn task_61() { ran(61).await }
    #[task] async fn task_62() { ran(62).await }
    #[task] async fn task_63() { ran(63).await }
    #[task] async fn task_64() { ran(64).await }
    #[task] async fn task_65() { ran(65).await }
    #[task] async fn task_66() { ran(66).await }
    #[task] async fn task_67() { ran(67).await }
    #[task] async fn task_68() { ran(68).await }
    #[task] async fn task_69() { ran(69).await }
    #[task] async fn task_70() { ran(70).await }
    #[task] async fn task_71() { ran(71).await }
    #[task] async fn task_72() { ran(72).await }
    #[task] async fn task_73() { ran(73).await }
    #[task] async fn task_74() { ran(74).await }
    #[task] async fn task_75() { ran(75).await }
    #[task] async fn task_76() { ran(76).await }
    #[task] async fn task_77() { ran(77).await }
    #[task] async fn task_78() { ran(78).await }
    #[task] async fn task_79() { ran(79).await }
    #[task] async fn task_80() { ran(80).await }
    #[task] async fn task_81() { ran(81).await }
    #[task] async fn task_82() { ran(82).await }
    #[task] async fn task_83() { ran(83).await }
    #[task] async fn task_84() { ran(84).await }
    #[task] async fn task_85() { ran(85).await }
    #[task] async fn task_86() { ran(86).await }
    #[task] async fn task_87() { ran(87).await }
    #[task] async fn task_88() { ran(88).await }
    #[task] async fn task_89() { ran(89).await }
    #[task] async fn task_90() { ran(90).await }
    #[task] async fn task_91() { ran(91).await }
    #[task] async fn task_92() { ran(92).await }
    #[task] async fn task_93() { ran(93).await }
    #[task] async fn task_94() { ran(94).await }
    #[task] async fn task_95() { ran(95).await }
    #[task] async fn task_96() { ran(96).await }
    #[task] async fn task_97() { ran(97).await }
    #[task] async fn task_98() { ran(98).await }
    #[task] async fn task_99() { ran(99).await }
}

/// All of them are found, and run side by side.
#[taskvisor::task]
async fn counts(supervisor: SupervisorHandle) {
    tokio::task::yield_now().await;
    assert!(supervisor.tasks().len() <= 101);
}

#[taskvisor::main]
async fn start(_: &mut App) {
    tokio::task::yield_now().await;
}

fn main() -> ExitCode {
    let code = start();
    for (number, runs) in RUNS.iter().enumerate() {
        assert_eq!(runs.load(Ordering::SeqCst), 1, "task_{number:02}");
    }
    code
}

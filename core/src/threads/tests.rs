//! Lists of CPUs, alone and on threads that run.

use super::*;
use crate::open;
use std::sync::mpsc::channel;

#[test]
fn a_list_narrows_a_nodes_cpus_and_holds_where_they_share_none() {
    assert_eq!(chosen(&[], &[]), None);
    assert_eq!(chosen(&[], &[4, 5]), Some(vec![4, 5]));
    assert_eq!(chosen(&[1, 2], &[]), Some(vec![1, 2]));
    assert_eq!(chosen(&[1, 4, 5], &[4, 5, 6]), Some(vec![4, 5]));
    assert_eq!(chosen(&[1, 2], &[4, 5]), Some(vec![1, 2]));
}

/// The CPUs the kernel says the calling thread may run on.
fn own_cpus() -> String {
    let status = std::fs::read_to_string("/proc/thread-self/status").expect("a status");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    line.expect("a line").trim().to_owned()
}

#[test]
fn threads_run_on_the_cpus_that_are_listed_for_them() {
    let Some(&last) = inherited_cpus().last() else {
        return;
    };
    let home = open::store(&format!("server_cpulist {last}\nbio_cpulist {last}")).expect("a store");
    let (tell, told) = channel();
    let mut thread = Background::start(&home.store, "test", move |weak| {
        let is_there = weak.upgrade().is_some();
        tell.send((is_there, own_cpus())).expect("somebody listens");
    })
    .expect("a thread");
    assert_eq!(told.recv(), Ok((true, last.to_string())));
    thread.join();
    thread.join();
    let store = home.store.clone();
    let listens = std::thread::spawn(move || {
        pin_listener(&store, "listener", None);
        own_cpus()
    });
    assert_eq!(listens.join().expect("no panic"), last.to_string());
}

#[test]
fn cpus_that_are_not_there_are_told_of_and_malformed_lists_refused() {
    let home = open::store("bio_cpulist 60000-60001,60003").expect("a store");
    let told = home.store.take_messages(4096);
    let wanted = "warning bio_cpulist names CPUs 60000-60001,60003, but only";
    assert!(told.contains(wanted), "{told}");
    for list in ["x", "3-1", "0-3:0", "0:2:1", "1,,2", "70000"] {
        let error = open::store(&format!("server_cpulist {list}")).err();
        assert_eq!(
            error.as_deref(),
            Some(&*format!(
                "'server_cpulist' wants CPUs as in '0-3,8' or '0-6:2', not '{list}'"
            ))
        );
    }
}

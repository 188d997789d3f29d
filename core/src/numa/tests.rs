//! The topology as a whole: over made-up machines, over this one, and under a kernel that refuses.

use super::capability::tests::refuse_memory_calls;
use super::fixture::Tree;
use super::scratch::Scratch;
use super::*;

fn roots(tree: &Tree) -> Roots {
    Roots {
        sys: tree.path("sys"),
        proc: tree.path("proc"),
    }
}

/// What `nodes` settle to where two calls are as given and the others permitted.
fn settled(nodes: Vec<Node>, mbind: Permission, move_pages: Permission) -> Topology {
    let yes = Permission::Permitted;
    let capabilities = Capabilities {
        library: Library::Syscalls,
        mbind,
        move_pages,
        get_mempolicy: yes,
        set_mempolicy: yes,
        set_affinity: yes,
    };
    settle(nodes, capabilities, Vec::new(), || Node::plain(vec![7], 1))
}

fn assert_valid(topology: &Topology) {
    let count = topology.nodes.len();
    assert!((1..=MAX_NODES).contains(&count));
    assert!(
        topology
            .nodes
            .is_sorted_by(|left, right| left.id < right.id)
    );
    for (index, node) in topology.nodes.iter().enumerate() {
        assert_eq!(node.distances.len(), count);
        assert!(!node.memory_only || node.cpus.is_empty());
        assert_eq!(topology.index_of(node.id), Some(index as u32));
        assert_eq!(topology.nearest(index as u32)[0], index as u32);
    }
}

#[test]
fn every_kind_of_specification_is_valid() {
    for spec in [
        "auto", "plain", "fake:1", "fake:2", "fake:2+1", "fake:1+1", "fake:64",
    ] {
        assert_valid(&Topology::parse(spec).unwrap());
    }
}

#[test]
fn a_bad_specification_is_quoted() {
    for spec in [
        "",
        "Auto",
        "real",
        "fake",
        "fake:0",
        "fake:65",
        "fake:x",
        "fake:2+",
        "fake:2+1 ",
    ] {
        let message = Topology::parse(spec).unwrap_err().to_string();
        assert!(message.contains(&format!("'{spec}'")), "{message}");
    }
}

#[test]
fn spilling_goes_by_distance_then_in_a_ring() {
    let topology = Topology::parse("fake:3+1").unwrap();
    assert_eq!(topology.nearest(0), [0, 1, 2, 3]);
    assert_eq!(topology.nearest(1), [1, 2, 0, 3]);
    assert_eq!(topology.nearest(2), [2, 0, 1, 3]);
    assert_eq!(topology.nearest(3), [3, 0, 1, 2]);
}

#[test]
fn ids_and_cpus_that_are_absent_have_no_node() {
    let topology = Topology::parse("fake:2").unwrap();
    assert_eq!(topology.index_of(2), None);
    assert_eq!(topology.node_of_cpu(u32::MAX), None);
    assert_eq!(topology.free_bytes(2), None);
}

#[test]
fn every_inherited_cpu_is_on_a_node_and_so_are_we() {
    for spec in ["auto", "plain", "fake:2+1"] {
        let topology = Topology::parse(spec).unwrap();
        for &cpu in inherited_cpus() {
            assert!(topology.node_of_cpu(cpu).is_some(), "{spec}: CPU {cpu}");
        }
        assert!(topology.current_node().is_some() || inherited_cpus().is_empty());
    }
}

#[test]
fn without_a_node_tree_there_is_one_plain_node_and_a_warning() {
    let tree = Tree::new();
    tree.write("proc/meminfo", "MemTotal: 1000 kB\nMemFree: 10 kB\n");
    let topology = Topology::discover_below(&roots(&tree));
    assert_valid(&topology);
    assert_eq!(
        (&topology.origin, topology.nodes[0].total_bytes),
        (&Origin::Plain, 1_024_000)
    );
    assert_eq!(topology.nodes[0].cpus, inherited_cpus());
    assert!(
        topology.warnings[0].contains("no NUMA node"),
        "{:?}",
        topology.warnings
    );
}

#[test]
fn a_refused_mbind_means_one_plain_node_and_says_so() {
    let nodes = Topology::parse("fake:2").unwrap().nodes;
    let topology = settled(
        nodes,
        Permission::Refused(libc::EPERM),
        Permission::Permitted,
    );
    assert_eq!(
        (
            topology.nodes.len(),
            &topology.nodes[0].cpus[..],
            &topology.origin
        ),
        (1, &[7][..], &Origin::Plain)
    );
    assert!(
        topology.warnings[0].contains("mbind refused"),
        "{:?}",
        topology.warnings
    );
}

#[test]
fn a_refused_move_pages_keeps_the_nodes_and_says_so() {
    let nodes = Topology::parse("fake:2").unwrap().nodes;
    let topology = settled(nodes, Permission::Permitted, Permission::Absent);
    assert_eq!(
        (topology.nodes.len(), &topology.origin),
        (2, &Origin::Kernel)
    );
    assert!(
        topology.warnings[0].contains("move_pages absent"),
        "{:?}",
        topology.warnings
    );
}

#[test]
fn memory_is_what_cpuset_and_membind_both_allow() {
    let some = |nodes: &[u32]| Some(nodes.to_vec());
    for (cpuset, bound, usable) in [
        (None, None, None),
        (some(&[0, 1]), None, some(&[0, 1])),
        (None, some(&[1]), some(&[1])),
        (some(&[0, 1, 2]), some(&[0, 2]), some(&[0, 2])),
        (some(&[0, 1]), some(&[2]), some(&[0, 1])),
    ] {
        assert_eq!(usable_mems(cpuset, bound), usable);
    }
}

#[test]
fn discovery_under_a_refusing_kernel_is_plain() {
    let discovered =
        std::thread::spawn(|| refuse_memory_calls(libc::EPERM).then(Topology::discover))
            .join()
            .unwrap();
    let Some(topology) = discovered else { return };
    assert_valid(&topology);
    assert_eq!(topology.origin, Origin::Plain);
    assert_eq!(topology.nodes[0].kernel_node, None);
    assert!(!topology.verdict().helps);
}

#[test]
fn this_machine_is_discovered() {
    let topology = Topology::discover();
    assert_valid(&topology);
    for (index, node) in topology.nodes.iter().enumerate() {
        assert!(node.total_bytes > 0);
        assert_eq!(
            node.kernel_node.is_some(),
            topology.origin == Origin::Kernel
        );
        let free = topology.free_bytes(index as u32).expect("free memory");
        assert!(free > 0);
    }
    if topology.origin == Origin::Plain {
        assert!(
            !topology.warnings.is_empty(),
            "a plain topology that nobody asked for is explained"
        );
    }
}

#[test]
fn fake_nodes_bind_nothing_and_fake_no_residency() {
    let scratch = Scratch::new(1).unwrap();
    let topology = Topology::parse("fake:2+1").unwrap();
    for node in &topology.nodes {
        assert_eq!(
            bind_preferred(scratch.address(), scratch.bytes(), node.kernel_node),
            Ok(())
        );
    }
    if topology.capabilities.get_mempolicy.is_permitted() {
        let policy = libnuma::calls().policy(Some(scratch.address())).unwrap();
        assert_ne!(policy, libc::MPOL_PREFERRED, "nothing was bound");
    }
    match residency(&[scratch.page(0)]) {
        Ok(places) => assert_eq!(
            places,
            [-libc::ENOENT],
            "the kernel's answer, not the fake's"
        ),
        Err(error) => assert!(
            [libc::EPERM, libc::ENOSYS].contains(&error.errno),
            "{error}"
        ),
    }
}

/// Moves one page through every node, and back again; a node with next to nothing free may refuse.
#[test]
fn a_page_is_where_it_was_bound_and_goes_where_it_is_moved() {
    let topology = Topology::discover();
    if topology.origin != Origin::Kernel || !topology.capabilities.move_pages.is_permitted() {
        return;
    }
    let roomy = |node: &u32| free_bytes(*node).is_some_and(|free| free > 32 << 20);
    let kernel_nodes = topology.nodes.iter().filter_map(|node| node.kernel_node);
    let kernel_nodes: Vec<u32> = kernel_nodes.filter(roomy).collect();
    for &home in &kernel_nodes {
        let scratch = Scratch::new(1).unwrap();
        bind_preferred(scratch.address(), scratch.bytes(), Some(home)).unwrap();
        scratch.touch(0);
        let page = [scratch.page(0)];
        assert_eq!(
            residency(&page),
            Ok(vec![home as i32]),
            "bound to node {home}"
        );
        for &target in &kernel_nodes {
            assert_eq!(move_pages(&page, target), Ok(vec![target as i32]));
            assert_eq!(
                residency(&page),
                Ok(vec![target as i32]),
                "moved to node {target}"
            );
        }
    }
}

#[test]
fn a_thread_pinned_to_a_node_runs_there() {
    let topology = Topology::discover();
    if !topology.capabilities.set_affinity.is_permitted() {
        return;
    }
    for (index, node) in topology
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| !node.cpus.is_empty())
    {
        let topology = &topology;
        std::thread::scope(|scope| {
            scope.spawn(move || {
                pin_current_thread(&node.cpus).unwrap();
                assert_eq!(topology.current_node(), Some(index as u32));
            });
        });
    }
}

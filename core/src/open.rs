//! Opening a store: from option lines to a pool on its nodes, a keyspace over it, and a keeper and a
//! patrol that watch it.
//!
//! Invariant: what cannot be had is said in a sentence; nothing is left behind by a store that could not be opened.

use crate::command::table::COMMAND_COUNT;
use crate::compactor::Compactor;
use crate::keeper::Keeper;
use crate::keyspace::Keyspace;
use crate::lane::Lane;
use crate::mover::Mover;
use crate::net::Pump;
use crate::node_settings::NodeSettings;
use crate::numa::{self, Topology};
use crate::patrol::Patrol;
use crate::pool::{Pool, PoolOptions, WINDOW_SHIFT, WindowSpec};
use crate::sample::Sampler;
use crate::settings::{Settings, lines};
use crate::store::Store;
use crate::threads::{pin_listener, report_lists};
use core::sync::atomic::AtomicU32;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex};

/// Databases a store has unless told otherwise, as in Redis.
const DATABASES_DEFAULT: u32 = 16;
/// Databases a store can have.
const DATABASES_MAX: u32 = 16 * 1024;

/// A store that is open, with what keeps it going.
pub struct OpenStore {
    /// The store.
    pub store: Arc<Store>,
    /// Lanes that were opened across the boundary and not closed.
    pub lanes: AtomicU32,
    /// Hotness sampling.
    pub sampler: Mutex<Sampler>,
    _keeper: Keeper,
    _compactor: Compactor,
    _mover: Mover,
    _patrol: Patrol,
}

/// A lane that is open.
pub struct OpenLane {
    /// Its store.
    pub home: Arc<OpenStore>,
    /// The lane.
    pub lane: Arc<Lane>,
    /// Handles of the sessions its owner drives.
    pub sessions: Mutex<Vec<u32>>,
    /// Its sockets, if it was opened to listen.
    pub pump: Mutex<Option<Pump>>,
}

/// Opens a store from lines `name value`; the error is a sentence.
pub fn store(options: &str) -> Result<OpenStore, String> {
    let settings = Settings::default();
    let (mut topology, mut databases) = (String::from("auto"), DATABASES_DEFAULT);
    for (name, value) in lines(options) {
        match name {
            "topology" => value.clone_into(&mut topology),
            "databases" => databases = parse_databases(value)?,
            _ => settings.set(name, value)?,
        }
    }
    let topology = Topology::parse(&topology).map_err(|error| error.to_string())?;
    let node_settings = NodeSettings::read(options, &topology)?;
    let pool = Pool::open(&pool_options(&topology))?;
    let unbound: Vec<_> = pool.unbound().to_vec();
    let keyspace = Keyspace::new(pool, &topology, databases, RandomState::new().hash_one(0u8));
    let store = Arc::new(Store::new(keyspace, topology, settings, COMMAND_COUNT));
    node_settings.follow(&store);
    for warning in &store.topology.warnings {
        store.log("warning", warning);
    }
    for (node, why) in unbound {
        store.log(
            "warning",
            &format!("the window of node index {node} could not be bound: {why}"),
        );
    }
    report_lists(&store);
    let sampler = Sampler::new(&store).ok_or("no lane is free for the sampler")?;
    let (keeper, mover) = (Keeper::start(&store)?, Mover::start(&store)?);
    let patrol = Patrol::start(&store)?;
    let compactor = Compactor::start(&store)?;
    Ok(OpenStore {
        store,
        lanes: AtomicU32::new(0),
        sampler: Mutex::new(sampler),
        _keeper: keeper,
        _compactor: compactor,
        _mover: mover,
        _patrol: patrol,
    })
}

fn parse_databases(value: &str) -> Result<u32, String> {
    let databases = value
        .parse()
        .ok()
        .filter(|count| (1..=DATABASES_MAX).contains(count));
    databases.ok_or_else(|| {
        format!("'databases' wants a number from 1 to {DATABASES_MAX}, not '{value}'")
    })
}

fn pool_options(topology: &Topology) -> PoolOptions {
    let window = |node: &numa::Node| WindowSpec {
        kernel_node: node.kernel_node,
        capacity_bytes: None,
    };
    PoolOptions {
        windows: topology.nodes.iter().map(window).collect(),
        window_shift: WINDOW_SHIFT,
        binder: |address, bytes, node| {
            numa::bind_preferred(address, bytes, Some(node)).map_err(|error| error.to_string())
        },
    }
}

/// The node id of a lane whose look-ups are no uses.
const SPECTATOR: i32 = -2;

/// Opens a lane for the calling thread on the node of that id (-1: none; -2: none, and it only looks), pinned to its CPUs if
/// asked.
pub fn lane(
    home: &Arc<OpenStore>,
    node_id: i32,
    pin: bool,
    listens: bool,
    label: &str,
) -> Result<OpenLane, String> {
    let store = &home.store;
    let node = match u32::try_from(node_id) {
        Err(_) => None,
        Ok(id) => Some(
            store
                .topology
                .index_of(id)
                .ok_or_else(|| format!("there is no node {id}"))?,
        ),
    };
    let no_bell = |error| format!("{label} cannot wait for its sockets: {error}");
    let bell = listens.then(Pump::bell).transpose().map_err(no_bell)?;
    let copy = bell.as_ref().map(File::try_clone).transpose();
    if pin || listens {
        pin_listener(store, label, node.filter(|_| pin));
    }
    let lane = store
        .open_lane_as(node, label, bell, node_id == SPECTATOR)
        .ok_or("every lane is taken")?;
    let pump = copy.and_then(|bell| bell.map(|bell| Pump::new(store, &lane, bell)).transpose());
    let pump = pump.inspect_err(|_| store.close_lane(&lane));
    Ok(OpenLane {
        home: home.clone(),
        lane,
        sessions: Mutex::default(),
        pump: Mutex::new(pump.map_err(no_bell)?),
    })
}

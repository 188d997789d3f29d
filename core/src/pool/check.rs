//! `is_valid`: every counting equation of the pool, derived again from the windows themselves.
//!
//! One walk over the page map of each window finds every slab, chunk, span and free run, checks
//! each against its own header or descriptor, and adds it up; then the sums are compared with what
//! the arenas' counters say. It takes every lock of an arena in the usual order and holds them, and
//! an allocation half made would look like an error: call it at rest.
//!
//! Invariant: an `Ok` means that no page is counted twice or not at all, and no cell is.

use super::Pool;
use super::arena::{Arena, ClassState, EMPTY_SLABS};
use super::chunk::{ChunkHeads, span_descriptor_page};
use super::lock::Guard;
use super::magazine::MAGAZINE_CLASSES;
use super::page_map::PageKind;
use super::ranks::{Heads, LEAVING, RANKS, rank_of};
use super::size_class::chunk_cells;
use super::size_class::{CELL_CLASSES, CHUNK_PAGES, PAGE_BYTES, SHAPES, SLAB_CLASSES, cell_bytes};
use super::slab::SlabHeads;
use super::span::Pages;

/// What the walk found of one class.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct ClassTally {
    used: u64,
    members: [u32; 3],
    leaving: [u32; 3],
    empty: u32,
    /// Members with a free cell by rank, and those that are being evacuated.
    linked: [u32; RANKS + 1],
}

/// What the walk found in one window.
struct Tally {
    classes: [ClassTally; CELL_CLASSES],
    slab_chunks: [u32; 3],
    chunks_with_idle: u32,
    slabs: u32,
    dirty: u32,
    spans: u64,
    span_pages: u64,
    taken: u32,
}

impl Pool {
    /// Checks the whole pool; no other thread may allocate or free meanwhile. Of magazines, which
    /// belong to their threads, only the counts are compared.
    ///
    /// # Errors
    /// The first thing that does not hold, in words.
    pub fn is_valid(&self) -> Result<(), String> {
        for (node, arena) in self.arenas.iter().enumerate() {
            let named = |what: String| format!("node {node}: {what}");
            arena.window.check(node as u32).map_err(named)?;
            check_arena(arena).map_err(named)?;
            for class in 0..MAGAZINE_CLASSES {
                let magazines = self.magazines_of(node as u32);
                let at_hand: u64 = magazines.map(|all| all.of(class).count() as u64).sum();
                let used = arena.classes[class].lock().used;
                if at_hand > used {
                    let text = format!("class {class}: {at_hand} cells at hand of {used} used");
                    return Err(named(text));
                }
            }
        }
        Ok(())
    }
}

fn check_arena(arena: &Arena) -> Result<(), String> {
    let _nothing_is_lent = arena.releasing();
    let classes: Vec<Guard<'_, ClassState>> =
        arena.classes.iter().map(|lock| lock.lock()).collect();
    let pages = arena.pages.lock();
    pages.check()?;
    let tally = walk(arena, &pages)?;
    compare_pages(&tally, &pages)?;
    let mut used_bytes = tally.span_pages * PAGE_BYTES as u64;
    for (class, state) in classes.iter().enumerate() {
        used_bytes += tally.classes[class].used * cell_bytes(class) as u64;
        compare_class(arena, class, &tally.classes[class], state)?;
    }
    if used_bytes != arena.used_bytes() {
        return Err(format!(
            "used_bytes {} but {used_bytes} found",
            arena.used_bytes()
        ));
    }
    Ok(())
}

/// Walks the page map from the first page of the body to the frontier.
fn walk(arena: &Arena, pages: &Pages) -> Result<Tally, String> {
    let mut tally = Tally {
        classes: [ClassTally::default(); CELL_CLASSES],
        slab_chunks: [0; 3],
        chunks_with_idle: 0,
        slabs: 0,
        dirty: 0,
        spans: 0,
        span_pages: 0,
        taken: 0,
    };
    let mut page = pages.first();
    while page < pages.frontier() {
        let kind = PageKind::from_byte(arena.window.kind(page));
        let length = match kind {
            PageKind::Free => walk_free(arena, pages, page)?,
            PageKind::Slab(_) | PageKind::Idle(_) => walk_slabs(arena, pages, page, &mut tally)?,
            PageKind::Cells(class, order) => walk_cells(arena, page, class, order, &mut tally)?,
            PageKind::Span => walk_span(arena, page, &mut tally)?,
            PageKind::SpanRest | PageKind::Damaged(_) => {
                return Err(format!(
                    "page {page} is {kind:?} where something should begin"
                ));
            }
        };
        if kind != PageKind::Free {
            tally.taken += length;
        }
        page += length;
    }
    if page != pages.frontier() {
        return Err(format!(
            "the last run passes the frontier {}",
            pages.frontier()
        ));
    }
    Ok(tally)
}

/// Whether `count` pages from `page` all have the kind `kind`.
fn expect_kind(arena: &Arena, page: u32, count: u32, kind: PageKind) -> Result<(), String> {
    match (page..page + count).find(|&page| arena.window.kind(page) != kind.byte()) {
        None => Ok(()),
        Some(other) => {
            let found = PageKind::from_byte(arena.window.kind(other));
            Err(format!("page {other} is {found:?}, should be {kind:?}"))
        }
    }
}

/// Whether these pages, all of one member, are marked: all of them or none.
fn expect_marks(arena: &Arena, page: u32, count: u32) -> Result<bool, String> {
    let marked = (page..page + count).filter(|&page| arena.window.is_marked(page));
    match marked.count() as u32 {
        0 => Ok(false),
        all if all == count => Ok(true),
        some => Err(format!("{some} of {count} pages from {page} are marked")),
    }
}

fn expect_unmarked(arena: &Arena, page: u32, count: u32) -> Result<(), String> {
    match (page..page + count).find(|&page| arena.window.is_marked(page)) {
        None => Ok(()),
        Some(page) => Err(format!("page {page} is marked and holds no cells")),
    }
}

fn walk_free(arena: &Arena, pages: &Pages, page: u32) -> Result<u32, String> {
    let length = pages
        .run_at(page)
        .ok_or(format!("free page {page} is in no run"))?;
    expect_kind(arena, page, length, PageKind::Free)?;
    expect_unmarked(arena, page, length)?;
    Ok(length)
}

fn walk_slabs(arena: &Arena, pages: &Pages, page: u32, tally: &mut Tally) -> Result<u32, String> {
    let chunk = arena.window.chunk(page);
    let order = chunk.head().order as usize;
    if !chunk.holds_slabs() || order > 2 || page % CHUNK_PAGES[order] != 0 {
        return Err(format!("slab at page {page} begins no chunk"));
    }
    let (idle, dirty) = (chunk.idle(), chunk.dirty());
    for index in 0..CHUNK_PAGES[order] {
        let is_idle = idle >> index & 1 == 1;
        match PageKind::from_byte(arena.window.kind(page + index)) {
            PageKind::Idle(found) if is_idle && found == order => {
                expect_unmarked(arena, page + index, 1)?;
            }
            PageKind::Slab(class) if !is_idle => {
                let slab = arena.window.slab(page + index);
                slab.check(class, order)?;
                let counts = (slab.head().used(), SHAPES[class].slab_cells as u32);
                let is_marked = arena.window.is_marked(page + index);
                add_member(&mut tally.classes[class], 0, counts, is_marked);
                tally.slabs += 1;
            }
            kind => return Err(format!("page {}: {kind:?}, idle {is_idle}", page + index)),
        }
    }
    if dirty & !idle != 0 || chunk.is_all_idle() {
        return Err(format!(
            "slab chunk at page {page}: idle {idle:#x}, dirty {dirty:#x}"
        ));
    }
    if pages.slab_chunks.contains(&page) != (idle != 0)
        || pages.dirty_chunks.contains(&page) != (dirty != 0)
    {
        return Err(format!("slab chunk at page {page} is wrongly listed"));
    }
    tally.slab_chunks[order] += 1;
    tally.chunks_with_idle += (idle != 0) as u32;
    tally.dirty += dirty.count_ones();
    Ok(CHUNK_PAGES[order])
}

fn walk_cells(
    arena: &Arena,
    page: u32,
    class: usize,
    order: usize,
    tally: &mut Tally,
) -> Result<u32, String> {
    expect_kind(
        arena,
        page,
        CHUNK_PAGES[order],
        PageKind::Cells(class, order),
    )?;
    let chunk = arena.window.chunk(page);
    chunk.check_cells(&arena.window, page, class, order)?;
    let counts = (chunk.head().used(), chunk_cells(class, order));
    let is_marked = expect_marks(arena, page, CHUNK_PAGES[order])?;
    add_member(&mut tally.classes[class], order, counts, is_marked);
    Ok(CHUNK_PAGES[order])
}

fn walk_span(arena: &Arena, page: u32, tally: &mut Tally) -> Result<u32, String> {
    let length = arena.window.chunk(span_descriptor_page(page)).span_pages();
    if length < super::span::SPAN_PAGES_MIN {
        return Err(format!("span at page {page} has {length} pages"));
    }
    expect_kind(arena, page + 1, length - 1, PageKind::SpanRest)?;
    expect_unmarked(arena, page, length)?;
    tally.spans += 1;
    tally.span_pages += length as u64;
    Ok(length)
}

fn add_member(tally: &mut ClassTally, order: usize, (used, capacity): (u32, u32), is_marked: bool) {
    tally.used += used as u64;
    tally.members[order] += 1;
    tally.empty += (used == 0) as u32;
    if is_marked {
        tally.leaving[order] += 1;
        tally.linked[LEAVING] += 1;
    } else if used < capacity {
        tally.linked[rank_of(used, capacity)] += 1;
    }
}

fn compare_pages(tally: &Tally, pages: &Pages) -> Result<(), String> {
    let pairs = [
        ("taken pages", tally.taken as u64, pages.taken() as u64),
        ("slabs", tally.slabs as u64, pages.slabs as u64),
        ("dirty pages", tally.dirty as u64, pages.dirty as u64),
        (
            "chunks with idle pages",
            tally.chunks_with_idle as u64,
            pages.slab_chunks.len() as u64,
        ),
        ("spans", tally.spans, pages.spans),
        ("span pages", tally.span_pages, pages.span_pages),
    ];
    if let Some((what, found, counted)) = pairs.into_iter().find(|(_, a, b)| a != b) {
        return Err(format!("{what}: {counted} counted, {found} found"));
    }
    if tally.slab_chunks != pages.slab_chunk_count {
        return Err(format!("slab chunks: {:?} found", tally.slab_chunks));
    }
    Ok(())
}

fn compare_class(
    arena: &Arena,
    class: usize,
    tally: &ClassTally,
    state: &ClassState,
) -> Result<(), String> {
    let linked = if class < SLAB_CLASSES {
        let capacity = |_: u32| SHAPES[class].slab_cells as u32;
        count_linked(class, state, SlabHeads(arena.window), capacity, tally)?
    } else {
        let heads = ChunkHeads(arena.window);
        let capacity = |page| chunk_cells(class, heads.head(page).order as usize);
        count_linked(class, state, heads, capacity, tally)?
    };
    let counted = ClassTally {
        used: state.used,
        members: state.members,
        leaving: state.leaving,
        empty: state.empty,
        linked,
    };
    let spare = if class < SLAB_CLASSES { EMPTY_SLABS } else { 1 };
    if counted != *tally || state.empty > spare {
        return Err(format!(
            "class {class}: {counted:?} counted, {tally:?} found"
        ));
    }
    Ok(())
}

/// Lengths of the class's lists, every member of which must belong there.
fn count_linked<H: Heads>(
    class: usize,
    state: &ClassState,
    heads: H,
    capacity: impl Fn(u32) -> u32,
    tally: &ClassTally,
) -> Result<[u32; RANKS + 1], String> {
    let limit = tally.members.iter().sum::<u32>() as usize + 1;
    let mut lengths = [0; RANKS + 1];
    for (rank, length) in lengths.iter_mut().enumerate() {
        for page in state.ranks.members(heads, rank, limit) {
            let (head, capacity) = (heads.head(page), capacity(page));
            let belongs = match rank {
                LEAVING => head.used() > 0,
                _ => head.used() < capacity && rank_of(head.used(), capacity) == rank,
            };
            if head.class as usize != class || !belongs {
                return Err(format!(
                    "class {class}: page {page} is wrongly in rank {rank}"
                ));
            }
            *length += 1;
        }
    }
    Ok(lengths)
}

//! Ranges of scores and of members: what lies below, within and above them.
//!
//! Reading them from a client's words is the commands' affair. Invariant: nothing is both below and above a range that is
//! not empty.

/// One end of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound<T> {
    /// Where it is.
    pub value: T,
    /// Whether what is exactly there stays outside.
    pub is_exclusive: bool,
}

impl<T> Bound<T> {
    /// An end that belongs to the range.
    pub const fn inclusive(value: T) -> Bound<T> {
        Bound {
            value,
            is_exclusive: false,
        }
    }
}

/// Scores from one bound to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScoreRange {
    /// The lower end.
    pub min: Bound<f64>,
    /// The upper end.
    pub max: Bound<f64>,
}

impl ScoreRange {
    /// Scores from `min` to `max`, both included.
    pub const fn inclusive(min: f64, max: f64) -> ScoreRange {
        ScoreRange {
            min: Bound::inclusive(min),
            max: Bound::inclusive(max),
        }
    }

    /// Whether a score lies below it.
    #[inline]
    pub fn is_below(&self, score: f64) -> bool {
        score < self.min.value || (self.min.is_exclusive && score == self.min.value)
    }

    /// Whether a score lies above it.
    #[inline]
    pub fn is_above(&self, score: f64) -> bool {
        score > self.max.value || (self.max.is_exclusive && score == self.max.value)
    }
}

/// One end of a range of members.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LexBound<'a> {
    /// Before every member.
    Lowest,
    /// Behind every member.
    Highest,
    /// At a member.
    At(Bound<&'a [u8]>),
}

/// Members from one bound to another, in the order of their bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LexRange<'a> {
    /// The lower end.
    pub min: LexBound<'a>,
    /// The upper end.
    pub max: LexBound<'a>,
}

impl LexRange<'_> {
    /// Whether a member lies below it.
    #[inline]
    pub fn is_below(&self, member: &[u8]) -> bool {
        match self.min {
            LexBound::Lowest => false,
            LexBound::Highest => true,
            LexBound::At(bound) => {
                member < bound.value || (bound.is_exclusive && member == bound.value)
            }
        }
    }

    /// Whether a member lies above it.
    #[inline]
    pub fn is_above(&self, member: &[u8]) -> bool {
        match self.max {
            LexBound::Lowest => true,
            LexBound::Highest => false,
            LexBound::At(bound) => {
                member > bound.value || (bound.is_exclusive && member == bound.value)
            }
        }
    }
}

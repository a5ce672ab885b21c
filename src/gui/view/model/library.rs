//! The scenarios on offer, and what narrows them.

/// A scenario of the library.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the library
    pub id: String,
    /// Its title
    pub title: String,
    /// What it shows, in one sentence
    pub summary: String,
    /// The scenario it is a variant of
    pub parent: Option<String>,
    /// How many beats it has
    pub beats: u32,
    /// How long it takes, in minutes
    pub minutes: u32,
    /// Exams by their short names
    pub exams: Vec<String>,
    /// Exam themes by number
    pub themes: Vec<u32>,
    /// Exam domains by name
    pub domains: Vec<String>,
    /// For whom it is: "beginner"
    pub level: String,
}

/// What narrows the library besides words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shelf {
    /// Only what is for this exam
    pub exam: Option<String>,
    /// Only what belongs to this domain
    pub domain: Option<String>,
    /// Only what is for this level
    pub level: Option<String>,
    /// Only what is about this theme
    pub theme: Option<u32>,
}

/// One thing that the library can be narrowed by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Narrow {
    /// To what is for this exam
    Exam(String),
    /// To what belongs to this domain
    Domain(String),
    /// To what is for this level
    Level(String),
    /// To what is about this theme
    Theme(u32),
}

impl Shelf {
    /// Narrows to something, or no longer.
    pub fn toggle(&mut self, narrow: Narrow) {
        fn flip<T: PartialEq>(place: &mut Option<T>, wanted: T) {
            let same = place.as_ref() == Some(&wanted);
            *place = (!same).then_some(wanted);
        }
        match narrow {
            Narrow::Exam(exam) => flip(&mut self.exam, exam),
            Narrow::Domain(domain) => flip(&mut self.domain, domain),
            Narrow::Level(level) => flip(&mut self.level, level),
            Narrow::Theme(theme) => flip(&mut self.theme, theme),
        }
    }

    /// Whether this is what it is narrowed to.
    pub fn chosen(&self, narrow: &Narrow) -> bool {
        match narrow {
            Narrow::Exam(exam) => self.exam.as_ref() == Some(exam),
            Narrow::Domain(domain) => self.domain.as_ref() == Some(domain),
            Narrow::Level(level) => self.level.as_ref() == Some(level),
            Narrow::Theme(theme) => self.theme == Some(*theme),
        }
    }

    /// Whether an entry stands on it.
    pub fn holds(&self, entry: &Entry) -> bool {
        let any = |wanted: &Option<String>, there: &[String]| {
            wanted.as_ref().is_none_or(|it| there.contains(it))
        };
        any(&self.exam, &entry.exams)
            && any(&self.domain, &entry.domains)
            && self.level.as_ref().is_none_or(|it| *it == entry.level)
            && self.theme.is_none_or(|it| entry.themes.contains(&it))
    }
}

//! Chapters, beats, actions, expectations and questions.

use std::collections::BTreeSet;

use super::super::action::{Action, Tampering};
use super::super::diagnostic::{Code, suggest};
use super::super::file::{Beat, Expect, Question};
use super::super::limits::{
    MAX_ACTIONS, MAX_BEATS, MAX_CHAPTERS, MAX_CHOICES, MAX_SKEW, MAX_STORY, MAX_WAIT,
};
use super::super::locate::Path;
use super::super::references;
use super::super::references::Sort;
use super::Checker;
use crate::protocol::time::Span;

impl<T> Checker<'_, T> {
    pub(super) fn template(&mut self, path: &Path, template: &super::super::template::Template) {
        for reference in template.references() {
            if let Some(known) = self.known.wrong_in(reference) {
                let wrong = if known.contains(&reference.of.as_str()) {
                    &reference.field
                } else {
                    &reference.of
                };
                let remedy = suggest(wrong, known.iter().copied());
                let message = format!("`{reference}` names nothing");
                self.add(Code::BadTemplate, path, message, remedy);
            }
        }
    }
}

impl Checker<'_> {
    pub(super) fn chapters(&mut self) {
        let chapters = self.read.file.chapters.clone();
        let path = Path::top().field("chapters");
        let beats = chapters.iter().map(|chapter| chapter.beats.len()).sum();
        let all = || chapters.iter().flat_map(|chapter| &chapter.beats);
        self.limit(&path, "chapters", chapters.len(), MAX_CHAPTERS);
        self.limit(&path, "beats", beats, MAX_BEATS);
        self.limit(
            &path,
            "actions",
            all().map(|beat| beat.actions.len()).sum(),
            MAX_ACTIONS,
        );
        if beats == 0 && self.read.file.extends.is_none() {
            self.add(
                Code::Empty,
                &path,
                "the scenario has no beats",
                "add `chapters: [(title: \"…\", beats: [(…)])]`",
            );
        }
        let mut seen = BTreeSet::new();
        for (number, chapter) in chapters.iter().enumerate() {
            let path = path.index(number);
            if chapter.title.trim().is_empty() {
                self.add(
                    Code::BadValue,
                    &path.field("title"),
                    "the chapter's title is empty",
                    "give it one",
                );
            }
            for (number, beat) in chapter.beats.iter().enumerate() {
                let path = path.field("beats").index(number);
                if !seen.insert(&beat.id) {
                    let message = format!("there is already a beat `{}`", beat.id);
                    self.add(
                        Code::DuplicateId,
                        &path.field("id"),
                        message,
                        "give it another id",
                    );
                }
                self.beat(&path, beat);
            }
        }
        self.story_time(&path, all().flat_map(|beat| &beat.actions));
    }

    /// How long all waits take together.
    fn story_time<'b>(&mut self, path: &Path, actions: impl Iterator<Item = &'b Action>) {
        let waited = actions.fold(Span::ZERO, |sum, action| match action {
            Action::Wait(span) => sum + span.0,
            _ => sum,
        });
        if waited > MAX_STORY {
            let message = format!("the story takes {waited}, more than the limit of {MAX_STORY}");
            self.add(Code::Limit, path, message, "wait less");
        }
    }

    fn beat(&mut self, path: &Path, beat: &Beat) {
        if !super::is_plain_id(&beat.id) {
            let message = format!("`{}` cannot be a beat's id", beat.id);
            self.add(
                Code::BadValue,
                &path.field("id"),
                message,
                "use small letters, digits and hyphens",
            );
        }
        if beat.caption.trim().is_empty() {
            let span = self.read.tree.find(&path.field("id")).span.clone();
            let message = format!("the beat `{}` has no caption", beat.id);
            self.add_at(
                Code::MissingCaption,
                span,
                message,
                "add `caption: \"…\"`: a sentence or two that the audience reads",
            );
        } else if beat.caption.matches("**").count() % 2 == 1 {
            let message = "a term is opened with `**` and not closed";
            self.add(
                Code::BadValue,
                &path.field("caption"),
                message,
                "write `**term**`",
            );
        }
        for (number, action) in beat.actions.iter().enumerate() {
            self.action(&path.field("actions").index(number), action);
        }
        self.expectations(path, beat);
        if let Some(question) = &beat.question {
            self.question(&path.field("question"), question);
        }
    }

    pub(super) fn action(&mut self, path: &Path, action: &Action) {
        let references = references::of(action);
        for (field, sort, name) in references.names {
            self.refer(&path.field(field), sort, name);
        }
        for (field, template) in references.templates {
            self.template(&path.field(field), template);
        }
        match action {
            Action::Wait(span) if span.0 > MAX_WAIT || span.0 <= Span::ZERO => {
                let message = format!("a wait takes more than nothing and at most {MAX_WAIT}");
                self.add(
                    Code::BadValue,
                    path,
                    message,
                    "write a duration like \"65m\"",
                );
            }
            Action::Tamper { what, how, .. } if !how.fits(*what) => {
                let message = format!("nobody can do this to the {}", what.name());
                let remedy = format!("possible: {}", Tampering::possible(*what));
                self.add(Code::BadValue, &path.field("how"), message, remedy);
            }
            Action::SkewClock { by, .. } if by.0.abs() > MAX_SKEW => {
                let message = format!("a clock can be off by at most {MAX_SKEW}");
                self.add(Code::BadValue, &path.field("by"), message, "skew it less");
            }
            _ => {}
        }
    }

    fn expectations(&mut self, path: &Path, beat: &Beat) {
        let path = path.field("expect");
        if beat.expect.len() > beat.actions.len() {
            let message = format!(
                "{} expectations for {} actions",
                beat.expect.len(),
                beat.actions.len()
            );
            self.add(
                Code::Expectation,
                &path,
                message,
                "expect one thing per action at most; expectations belong to the last actions",
            );
        }
        for (number, expect) in beat.expect.iter().enumerate() {
            if let Expect::Refused { by, .. } = expect {
                self.refer(&path.index(number).field("by"), Sort::Actor, by);
            }
        }
    }

    fn question(&mut self, path: &Path, question: &Question) {
        self.limit(
            &path.field("choices"),
            "choices",
            question.choices.len(),
            MAX_CHOICES,
        );
        if question.choices.len() < 2 {
            let message = "a question needs at least two choices";
            self.add(
                Code::Question,
                &path.field("choices"),
                message,
                "add `(text: \"…\", because: \"…\")`",
            );
        }
        let right = question
            .choices
            .iter()
            .filter(|choice| choice.right)
            .count();
        if right != 1 {
            let message = format!("{right} choices are right; exactly one must be");
            self.add(
                Code::Question,
                &path.field("choices"),
                message,
                "mark the right one with `right: true`",
            );
        }
        for (number, choice) in question.choices.iter().enumerate() {
            if choice.because.trim().is_empty() && question.explanation.trim().is_empty() {
                let message = "neither the choice nor the question is explained";
                self.add(
                    Code::Question,
                    &path.field("choices").index(number),
                    message,
                    "add `because: \"…\"`: why this is right or wrong",
                );
            }
        }
    }
}

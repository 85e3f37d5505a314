//! In which forms a result is shown: one on standard output, further ones in files, all of the same run.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::cli::options::Format;
use crate::report::Wording;

/// Form of a plan, or of drift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PlanFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: see `zerodrift schema plan`.
    Json,
    /// A comment for a pull or merge request.
    Markdown,
    /// For a job on GitHub: log, annotations, summary and outputs.
    Github,
    /// The figures of GitLab's merge-request widget (artifacts:reports:terraform).
    Gitlab,
    /// A page for a browser, the login page before and after included.
    Html,
}

/// Form of findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FindingsFormat {
    /// For people.
    #[default]
    Text,
    /// For programs: see `zerodrift schema findings`.
    Json,
    /// For a job on GitHub: log, annotations and outputs.
    Github,
    /// SARIF 2.1.0, for code scanning and editors.
    Sarif,
    /// A code-quality report for GitLab (artifacts:reports:codequality).
    Gitlab,
}

/// The forms of a plan, or of drift.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct PlanForms {
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: PlanFormat,
    /// Writes the same result in another form into a file, such as markdown=plan.md; may repeat
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report::<PlanFormat>)]
    pub(crate) reports: Vec<Report<PlanFormat>>,
}

/// The forms of findings.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct FindingsForms {
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: FindingsFormat,
    /// Writes the same result in another form into a file, such as json=findings.json; may repeat
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report::<FindingsFormat>)]
    pub(crate) reports: Vec<Report<FindingsFormat>>,
}

/// A form and the file that takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report<F> {
    pub(crate) format: F,
    pub(crate) file: PathBuf,
}

impl PlanForms {
    /// Whether the result is shown in this form anywhere.
    pub(crate) fn include(&self, format: PlanFormat) -> bool {
        self.format == format || self.reports.iter().any(|report| report.format == format)
    }
}

impl PlanForms {
    /// Whether any of them shows the difference as YAML.
    pub(crate) fn show_yaml(&self) -> bool {
        [PlanFormat::Markdown, PlanFormat::Github, PlanFormat::Html].into_iter().any(|format| self.include(format))
    }
}

impl FindingsForms {
    /// Whether the result is shown in this form anywhere.
    pub(crate) fn include(&self, format: FindingsFormat) -> bool {
        self.format == format || self.reports.iter().any(|report| report.format == format)
    }
}

/// The forms of a command's result.
#[derive(Clone, Copy)]
pub(crate) enum ResultForms<'a> {
    Plan(&'a PlanForms, Wording),
    Findings(&'a FindingsForms),
    Simple(Format),
}

impl<'a> ResultForms<'a> {
    /// The files that take the result in further forms.
    pub(crate) fn report_files(self) -> Vec<&'a Path> {
        match self {
            Self::Plan(forms, _) => forms.reports.iter().map(|report| report.file.as_path()).collect(),
            Self::Findings(forms) => forms.reports.iter().map(|report| report.file.as_path()).collect(),
            Self::Simple(_) => Vec::new(),
        }
    }

    /// Whether standard output is the log of a job, which has everything that there is to say.
    pub(crate) fn are_a_log(self) -> bool {
        match self {
            Self::Plan(forms, _) => forms.format == PlanFormat::Github,
            Self::Findings(forms) => forms.format == FindingsFormat::Github,
            Self::Simple(_) => false,
        }
    }
}

fn report<F: ValueEnum>(text: &str) -> Result<Report<F>, String> {
    let names = || {
        let names = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        names.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let Some((format, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err(format!("write FORMAT=FILE, such as json=result.json; the forms are {}", names()));
    };
    if file == "-" {
        return Err("standard output is for --format; name a file".to_owned());
    }
    let format =
        F::from_str(format, false).map_err(|_| format!("there is no form {format:?}; there are {}", names()))?;
    Ok(Report { format, file: file.into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_a_form_and_a_file() {
        let wanted = Report { format: PlanFormat::Markdown, file: "out/a=b.md".into() };
        assert_eq!(report::<PlanFormat>("markdown=out/a=b.md"), Ok(wanted));
    }

    #[test]
    fn what_is_no_report_is_told_what_there_is() {
        for (text, told) in [
            ("markdown", "write FORMAT=FILE"),
            ("markdown=", "write FORMAT=FILE"),
            ("word=plan.doc", "there are text, json, markdown, github, gitlab, html"),
            ("json=-", "standard output is for --format"),
        ] {
            let error = report::<PlanFormat>(text).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}

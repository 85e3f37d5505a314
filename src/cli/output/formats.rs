//! The formats of a result: one on standard output, and any number in files.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::report::ReportFormat;

/// The formats of one kind of result.
#[derive(Debug, Clone, Args)]
pub(crate) struct Formats<F: ReportFormat + ValueEnum> {
    /// Format of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: F,
    #[arg(
        long = "report",
        value_name = "FORMAT=FILE",
        value_parser = report::<F>,
        help = format!("Write the result to a file too, such as {}; repeatable", F::EXAMPLE)
    )]
    pub(crate) reports: Vec<Report<F>>,
}

/// A format and the file to write it to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report<F> {
    /// The format.
    pub(crate) format: F,
    /// The file.
    pub(crate) file: PathBuf,
}

impl<F: ReportFormat + ValueEnum> Formats<F> {
    /// Returns whether one of the formats has a property.
    pub(crate) fn any(&self, has: impl Fn(F) -> bool) -> bool {
        has(self.format) || self.reports.iter().any(|report| has(report.format))
    }

    /// Returns the same formats for another kind of result.
    ///
    /// # Errors
    /// Returns the first format that this kind does not have.
    pub(crate) fn converted<G: ReportFormat + ValueEnum>(
        &self,
        convert: impl Fn(F) -> Option<G>,
    ) -> Result<Formats<G>, F> {
        let convert = |format| convert(format).ok_or(format);
        let report = |report: &Report<F>| Ok(Report { format: convert(report.format)?, file: report.file.clone() });
        Ok(Formats {
            format: convert(self.format)?,
            reports: self.reports.iter().map(report).collect::<Result<_, _>>()?,
        })
    }
}

fn report<F: ValueEnum>(text: &str) -> Result<Report<F>, String> {
    let names = || {
        let names = F::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        names.map(|value| value.get_name().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let Some((format, file)) = text.split_once('=').filter(|(_, file)| !file.is_empty()) else {
        return Err(format!("expected FORMAT=FILE, such as json=result.json; the formats are {}", names()));
    };
    if file == "-" {
        return Err("expected a file; use --format for standard output".to_owned());
    }
    let format =
        F::from_str(format, false).map_err(|_| format!("no such format: {format:?}; the formats are {}", names()))?;
    Ok(Report { format, file: file.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::PlanFormat;

    #[test]
    fn a_report_is_a_format_and_a_file() {
        let wanted = Report { format: PlanFormat::Markdown, file: "out/a=b.md".into() };
        assert_eq!(report::<PlanFormat>("markdown=out/a=b.md"), Ok(wanted));
    }

    #[test]
    fn an_invalid_report_is_rejected_with_the_formats() {
        for (text, expected) in [
            ("markdown", "expected FORMAT=FILE"),
            ("markdown=", "expected FORMAT=FILE"),
            ("word=plan.doc", "the formats are text, json, markdown, github, gitlab, html"),
            ("json=-", "use --format for standard output"),
        ] {
            let error = report::<PlanFormat>(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}

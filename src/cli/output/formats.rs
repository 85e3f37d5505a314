//! The formats of a result: one on standard output, further ones in files, all of the same run.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::report::ReportFormat;

/// The formats of one kind of result.
#[derive(Debug, Clone, Args)]
pub(crate) struct Formats<F: ReportFormat + ValueEnum> {
    /// Form of the result
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: F,
    #[arg(
        long = "report",
        value_name = "FORMAT=FILE",
        value_parser = report::<F>,
        help = format!("Writes the same result in another form into a file, such as {}; may repeat", F::EXAMPLE)
    )]
    pub(crate) reports: Vec<Report<F>>,
}

/// A format and the file that takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Report<F> {
    /// The format.
    pub(crate) format: F,
    /// The file.
    pub(crate) file: PathBuf,
}

impl<F: ReportFormat + ValueEnum> Formats<F> {
    /// Whether one of the formats has a property.
    pub(crate) fn any(&self, has: impl Fn(F) -> bool) -> bool {
        has(self.format) || self.reports.iter().any(|report| has(report.format))
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
    use crate::report::PlanFormat;

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

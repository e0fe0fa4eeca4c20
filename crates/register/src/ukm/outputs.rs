//! The list `outputs`: a part of the file of a UKM 4 register, or a file of its own beside the tree of a UKM 5 register, whose
//! settings leave the places of the QR to the register.

use super::explain::explain;
use super::finding::{Finding, Findings, whole};
use super::read::{keep, required};
use crate::outputs::{OUTPUTS_MAX, OutputSettings};
use conf::{Document, Folder, Node};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;
use texts::words::ukm as advice;

/// The keys of the file.
const KEYS: &[&str] = &["outputs"];

/// Reads a file whose one key is `outputs`. `env` serves `${X}`. What is found is complete when there is no error.
#[expect(clippy::implicit_hasher, reason = "the HOCON reader takes exactly this map")]
pub fn read_outputs(path: &Path, env: &HashMap<String, String>) -> (Vec<OutputSettings>, Vec<Finding>) {
    let mut findings = Findings::default();
    let folder = Folder::new(path.parent().unwrap_or(Path::new("")));
    let reading = Document::load_in(&folder, path, env);
    for fault in reading.faults {
        explain(fault, &mut findings);
    }
    let Some(document) = reading.document else {
        return (Vec::new(), findings.into_vec());
    };
    if let Err(error) = document.only(KEYS) {
        explain(error, &mut findings);
    }
    let node = document.top("outputs");
    let there = node.is_there().then_some(());
    required(
        there,
        &node,
        &whole(path),
        "outputs = [{ kind = terminal }]",
        &mut findings,
    );
    let outputs = outputs(&node, &mut findings);
    (outputs, findings.into_vec())
}

pub(super) fn outputs(node: &Node<'_>, findings: &mut Findings) -> Vec<OutputSettings> {
    let list = keep(node.list().map(Some), findings).unwrap_or_default();
    if list.len() > OUTPUTS_MAX {
        let values = [
            ("value", list.len().to_string().into()),
            ("least", "0".into()),
            ("most", OUTPUTS_MAX.to_string().into()),
        ];
        findings.error(advice::OUT_OF_RANGE, &node.place(), &values);
    }
    let mut outputs = Vec::new();
    for element in list.iter().take(OUTPUTS_MAX) {
        match OutputSettings::deserialize(element.json()) {
            Ok(output) => outputs.push(output),
            Err(error) => {
                let detail = [("detail", error.to_string().into())];
                findings.error(advice::OUTPUT_WRONG, &element.place(), &detail);
            }
        }
    }
    outputs
}

//! The pen for pages.

use crate::Matrix;
use std::fmt::Write;

impl Matrix {
    /// An SVG document: one unit per module, so the page decides the size. Black on white whatever the page's
    /// colours are, because scanners of older phones cannot read an inverted symbol.
    pub fn svg(&self) -> String {
        let edge = self.side_with_quiet_zone();
        let mut path = String::new();
        for y in 0..edge {
            let mut x = 0;
            while x < edge {
                let start = x;
                while self.is_dark_from_quiet_zone(x, y) {
                    x += 1;
                }
                if x > start {
                    // Writing to a String cannot fail.
                    let _ = write!(path, "M{start} {y}h{run}v1h-{run}z", run = x - start);
                }
                x += 1;
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {edge} {edge}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{edge}v{edge}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
        )
    }
}

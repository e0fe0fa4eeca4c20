//! The QR as a picture: `GS v 0`.

use super::Paper;
use crate::{Matrix, QrError};

impl Matrix {
    /// A picture as wide as the paper with the symbol and its quiet zone in the middle, `module_dots` along a module's
    /// edge. A set bit is a black dot; the first one of a byte is its highest.
    pub fn raster(&self, paper: Paper, module_dots: u8) -> Result<Vec<u8>, QrError> {
        let dots = usize::from(module_dots);
        let edge = self.side_with_quiet_zone() * dots;
        if dots == 0 || edge > paper.dots() {
            return Err(QrError::TooWide {
                modules: self.side_with_quiet_zone(),
                dots: paper.dots(),
            });
        }
        let left = (paper.dots() - edge) / 2;
        let row_bytes = paper.dots() / 8;
        let size = |length: usize| {
            u16::try_from(length)
                .map(u16::to_le_bytes)
                .map_err(|_| QrError::TooLong { found: length })
        };
        let mut job = b"\x1Dv0\x00".to_vec();
        job.extend(size(row_bytes)?);
        job.extend(size(edge)?);
        for y in 0..self.side_with_quiet_zone() {
            let is_dark = |dot: usize| {
                dot.checked_sub(left)
                    .is_some_and(|x| self.is_dark_from_quiet_zone(x / dots, y))
            };
            let row: Vec<u8> = (0..row_bytes)
                .map(|byte| (0..8).fold(0, |bits, bit| bits << 1 | u8::from(is_dark(byte * 8 + bit))))
                .collect();
            for _ in 0..dots {
                job.extend_from_slice(&row);
            }
        }
        Ok(job)
    }
}

//! The pen for files and messages.

use crate::{Matrix, QrError};

/// The most pixels along a module's edge: the largest symbol then has 185 × 64 = 11840 pixels along its edge and
/// takes 17 MB while it is drawn.
const SCALE_MAX: u32 = 64;

impl Matrix {
    /// A black and white PNG with `scale` pixels along a module's edge, 1 to 64.
    pub fn png(&self, scale: u32) -> Result<Vec<u8>, QrError> {
        if scale == 0 || scale > SCALE_MAX {
            return Err(QrError::Scale {
                found: scale,
                max: SCALE_MAX,
            });
        }
        let failed = |e: &dyn std::fmt::Display| QrError::Png(e.to_string());
        let modules = u32::try_from(self.side_with_quiet_zone()).map_err(|e| failed(&e))?;
        let scale = usize::try_from(scale).map_err(|e| failed(&e))?;
        let edge = self.side_with_quiet_zone() * scale;
        let edge_pixels = u32::try_from(edge).map_err(|e| failed(&e))?;
        debug_assert_eq!(edge_pixels % modules, 0);

        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, edge_pixels, edge_pixels);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header().map_err(|e| failed(&e))?;
        writer
            .write_image_data(&self.bits(scale, edge))
            .map_err(|e| failed(&e))?;
        writer.finish().map_err(|e| failed(&e))?;
        Ok(file)
    }

    /// Rows of bits, a set bit being light; each row is filled up to a whole byte.
    fn bits(&self, scale: usize, edge: usize) -> Vec<u8> {
        let mut rows = Vec::with_capacity(edge.div_ceil(8) * edge);
        for y in 0..self.side_with_quiet_zone() {
            let row: Vec<u8> = (0..edge.div_ceil(8))
                .map(|byte| {
                    (0..8).fold(0_u8, |bits, bit| {
                        let light = !self.is_dark_from_quiet_zone((byte * 8 + bit) / scale, y);
                        bits << 1 | u8::from(light)
                    })
                })
                .collect();
            for _ in 0..scale {
                rows.extend_from_slice(&row);
            }
        }
        rows
    }
}

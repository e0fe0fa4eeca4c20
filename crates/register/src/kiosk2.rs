//! The block `kiosk2` of UKM 5's `sale.conf`, as far as it is about paying by QR.

use serde::{Deserialize, Serialize};

/// Sounds, animation and slides of a kiosk. Keys are the manual's; one that is absent has the value of the manual's
/// example. `extendedRecognition`, `useVideoSelfie` and `addItemMultiplier` of the same block belong to the register's
/// own scales and cameras: they are passed over here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[expect(clippy::struct_excessive_bools, reason = "they are the manual's keys")]
pub struct Kiosk2 {
    /// A sound when something failed. Priority 1: it comes before a voice.
    pub negative_sound_effects: bool,
    /// A voice that says what to do. Priority 2.
    pub voice_sound_effects: bool,
    /// A sound and an animation over the whole screen when a payment succeeded.
    pub positive_effect: bool,
    /// How long that animation comes, stays and goes, in milliseconds; each 0 to 10000.
    pub positive_animation_timer: [u32; 3],
    /// Whether pictures move.
    pub is_animated_icons: bool,
    /// What is shown in turn while the receipt is empty; nothing moves there when the list is empty.
    pub empty_receipt_slide_show: Vec<Slide>,
}

/// One slide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Slide {
    /// Scan the goods.
    #[serde(rename = "scanBarCode")]
    ScanBarCode,
    /// Choose goods by their looks.
    #[serde(rename = "vision")]
    Vision,
    /// Pay by QR.
    #[serde(rename = "QRPay")]
    QrPay,
}

impl Slide {
    /// Its name in settings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScanBarCode => "scanBarCode",
            Self::Vision => "vision",
            Self::QrPay => "QRPay",
        }
    }
}

impl Kiosk2 {
    /// The longest part of the animation, in milliseconds.
    pub const ANIMATION_MS_MAX: u32 = 10_000;

    /// Says what cannot be done, in English.
    pub fn check(&self) -> Result<(), String> {
        match self
            .positive_animation_timer
            .iter()
            .find(|ms| **ms > Self::ANIMATION_MS_MAX)
        {
            Some(ms) => Err(format!(
                "positiveAnimationTimer: {ms} ms is too long, the most is {}",
                Self::ANIMATION_MS_MAX
            )),
            None => Ok(()),
        }
    }
}

impl Default for Kiosk2 {
    fn default() -> Self {
        Self {
            negative_sound_effects: false,
            voice_sound_effects: true,
            positive_effect: true,
            positive_animation_timer: [500, 1000, 500],
            is_animated_icons: true,
            empty_receipt_slide_show: vec![Slide::ScanBarCode, Slide::Vision, Slide::QrPay],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_block_of_the_manual_is_read() {
        let block = json!({
            "negativeSoundEffects": false, "voiceSoundEffects": true, "positiveEffect": true,
            "positiveAnimationTimer": [500, 1000, 500], "extendedRecognition": true, "isAnimatedIcons": true,
            "emptyReceiptSlideShow": ["scanBarCode", "vision", "QRPay"], "useVideoSelfie": true,
            "addItemMultiplier": "1.5",
        });
        assert_eq!(
            serde_json::from_value::<Kiosk2>(block).unwrap(),
            Kiosk2::default()
        );
        assert_eq!(
            serde_json::from_value::<Kiosk2>(json!({})).unwrap(),
            Kiosk2::default()
        );
        for slide in Kiosk2::default().empty_receipt_slide_show {
            assert_eq!(serde_json::to_value(slide).unwrap(), slide.as_str());
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error =
            serde_json::from_value::<Kiosk2>(json!({ "emptyReceiptSlideShow": ["movie"] })).unwrap_err();
        assert!(error.to_string().contains("scanBarCode"));
        assert!(serde_json::from_value::<Kiosk2>(json!({ "positiveAnimationTimer": [500] })).is_err());
        let long = Kiosk2 {
            positive_animation_timer: [0, 10_001, 0],
            ..Kiosk2::default()
        };
        assert!(long.check().unwrap_err().contains("10001 ms"));
        assert_eq!(Kiosk2::default().check(), Ok(()));
    }
}

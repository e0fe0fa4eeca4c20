//! Words of the pages that stand for a buyer's display and a receipt printer.

use super::{Word, words};

words! {
    /// The display's name.
    DISPLAY: "Дисплей покупателя", "The buyer's display";
    /// The printer's name.
    TAPE: "Чековая лента", "The receipt tape";
    /// What these pages are.
    WHAT: "Устройство ненастоящее: страница показывает то, что показало бы настоящее, получив те же байты.",
        "The device is not real: the page shows what a real one would show for the same bytes.";
    /// Under the code.
    SCAN: "Отсканируйте для оплаты", "Scan to pay";
    /// Before the bytes of the last command.
    LAST_BYTES: "Последняя команда", "The last command";
    /// Before the number of bytes that were no command.
    LOST_BYTES: "Байтов, которые устройство не поняло", "Bytes that the device did not understand";
    /// Before the first job.
    NO_JOBS: "Здесь появится напечатанное.", "What is printed will appear here.";
}

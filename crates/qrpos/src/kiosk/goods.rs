//! The goods on the screen. They are invented; so are their brands.

use texts::words::Word;

/// One good.
pub(super) struct Good {
    /// What it is called.
    pub(super) name: Word,
    /// How much of it one buys.
    pub(super) unit: Word,
    /// Its price in kopecks.
    pub(super) price: i64,
    /// What the scanner reads: numbers of the range that GS1 leaves to shops.
    pub(super) barcode: &'static str,
    /// Its picture.
    pub(super) art: &'static str,
}

macro_rules! good {
    ($art:literal, $barcode:literal, $price:literal, $ru:literal, $en:literal, $unit_ru:literal, $unit_en:literal) => {
        Good {
            name: Word { ru: $ru, en: $en },
            unit: Word {
                ru: $unit_ru,
                en: $unit_en,
            },
            price: $price,
            barcode: $barcode,
            art: include_str!(concat!("art/", $art, ".svg")),
        }
    };
}

/// Everything on the shelf, in the order of the screen.
pub(super) const GOODS: &[Good] = &[
    good!(
        "milk",
        "2000000000015",
        9490,
        "Молоко «Луговое» 3,2 %",
        "Lugovoye milk 3.2%",
        "930 мл",
        "930 ml"
    ),
    good!(
        "bread",
        "2000000000022",
        6250,
        "Хлеб «Ржаной край»",
        "Rye Land bread",
        "500 г",
        "500 g"
    ),
    good!(
        "cheese",
        "2000000000039",
        21_900,
        "Сыр «Белые горы»",
        "White Hills cheese",
        "200 г",
        "200 g"
    ),
    good!(
        "eggs",
        "2000000000046",
        12_990,
        "Яйца «Дворик» С1",
        "Dvorik eggs",
        "10 шт.",
        "10 pcs"
    ),
    good!(
        "apple",
        "2000000000053",
        13_990,
        "Яблоки «Медуница»",
        "Medunitsa apples",
        "1 кг",
        "1 kg"
    ),
    good!(
        "tomatoes",
        "2000000000060",
        18_450,
        "Томаты на ветке",
        "Vine tomatoes",
        "500 г",
        "500 g"
    ),
    good!(
        "tea",
        "2000000000077",
        14_900,
        "Чай «Таёжный сбор»",
        "Taiga blend tea",
        "50 г",
        "50 g"
    ),
    good!(
        "honey",
        "2000000000084",
        38_900,
        "Мёд липовый «Соты»",
        "Soty linden honey",
        "350 г",
        "350 g"
    ),
    good!(
        "chocolate",
        "2000000000091",
        12_750,
        "Шоколад «Полярный» 72 %",
        "Polar chocolate 72%",
        "90 г",
        "90 g"
    ),
    good!(
        "water",
        "2000000000107",
        4990,
        "Вода «Ясный ключ»",
        "Clear Spring water",
        "1,5 л",
        "1.5 l"
    ),
    good!(
        "pelmeni",
        "2000000000114",
        39_900,
        "Пельмени «Домашний стол»",
        "Home Table pelmeni",
        "800 г",
        "800 g"
    ),
    good!(
        "gingerbread",
        "2000000000121",
        8900,
        "Пряник печатный",
        "Stamped gingerbread",
        "140 г",
        "140 g"
    ),
];

//! The products of all platforms: each platform has the table of its own.

use std::sync::LazyLock;

use super::ALL;
use crate::domain::{Named, Product, Text};

#[derive(Debug)]
pub struct ProductInfo {
    pub product: Product,
    pub word: Text,
    /// The number in stored rows, never reused. Two platforms with the same product share it.
    pub number: u8,
    pub shape: CallShape,
    /// Whether its calls can have a second privacy number Y.
    pub has_y: bool,
    /// What it becomes when digits are pressed.
    pub with_digits: Option<Product>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallShape {
    /// One party calls the other.
    Direct,
    /// The platform dials the caller first, then the callee.
    Callback,
    /// The platform calls one party and plays something.
    Announcement,
}

impl ProductInfo {
    pub(super) const fn new(
        product: Product,
        number: u8,
        shape: CallShape,
        zh: &'static str,
        en: &'static str,
    ) -> Self {
        Self { product, word: Text::new(zh, en), number, shape, has_y: false, with_digits: None }
    }
}

/// Every product once, in the order of the platforms.
static PRODUCTS: LazyLock<Vec<Product>> = LazyLock::new(|| {
    let mut products: Vec<Product> = Vec::new();
    for info in infos() {
        if !products.contains(&info.product) {
            products.push(info.product);
        }
    }
    products
});

fn infos() -> impl Iterator<Item = &'static ProductInfo> {
    ALL.iter().flat_map(|provider| provider.products())
}

impl Product {
    #[must_use]
    pub fn all() -> &'static [Self] {
        &PRODUCTS
    }

    /// Reads [`Product::name`]; `None` for a name that no platform knows.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::all().iter().copied().find(|product| product.name() == name)
    }

    #[must_use]
    pub fn numbered(number: u8) -> Option<Self> {
        infos().find(|info| info.number == number).map(|info| info.product)
    }

    #[must_use]
    pub fn info(self) -> &'static ProductInfo {
        infos().find(|info| info.product == self).expect("a product stands in the table of its platform")
    }

    #[must_use]
    pub fn word(self) -> Text {
        self.info().word
    }
}

impl Named for Product {
    fn all() -> &'static [Self] {
        Self::all()
    }

    fn name(&self) -> &str {
        (*self).name()
    }

    fn word(&self) -> Option<Text> {
        Some((*self).word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_has_one_number_and_one_word_whatever_platform_has_it() {
        for one in infos() {
            assert!((1..=u8::MAX).contains(&one.number), "0 is none");
            for other in infos() {
                assert_eq!(one.number == other.number, one.product == other.product, "{one:?} {other:?}");
                assert!(one.product != other.product || one.word == other.word, "{one:?} {other:?}");
            }
            assert_eq!(Product::numbered(one.number), Some(one.product));
            assert_eq!(Product::parse(one.product.name()), Some(one.product));
            assert!(one.with_digits.is_none_or(|product| Product::all().contains(&product)));
        }
        let names: Vec<&str> = Product::all().iter().map(Named::name).collect();
        assert_eq!(
            names,
            ["axb", "dedicated", "mask", "callback", "notify", "verify", "play", "ax", "axe", "axyb", "x"],
            "numbered from 1 in stored rows, offered in this order"
        );
    }
}

//! How one record, enumeration or variant is converted, both ways.

/// Converts a record both ways. A field is taken as it is, or `each` or `inner`
/// says that the items of its list, or what it holds, are converted.
#[macro_export]
macro_rules! same_record {
    ($wit:path = $plain:path { $($field:ident $(: $how:ident)?),* $(,)? }) => {
        impl From<$wit> for $plain {
            fn from(value: $wit) -> Self {
                Self { $($field: $crate::same_field!(value.$field $(, $how)?),)* }
            }
        }

        impl From<$plain> for $wit {
            fn from(value: $plain) -> Self {
                Self { $($field: $crate::same_field!(value.$field $(, $how)?),)* }
            }
        }
    };
}

/// Converts one field of a record.
#[macro_export]
macro_rules! same_field {
    ($value:expr) => {
        $value
    };
    ($value:expr, whole) => {
        $value.into()
    };
    ($value:expr, inner) => {
        $value.map(Into::into)
    };
    ($value:expr, each) => {
        $value.into_iter().map(Into::into).collect()
    };
    // An offset that this machine cannot address is out of every file.
    ($value:expr, offset) => {
        $value.try_into().unwrap_or(usize::MAX as _)
    };
}

/// Converts an enumeration both ways.
#[macro_export]
macro_rules! same_enum {
    ($wit:path = $plain:path { $($case:ident),* $(,)? }) => {
        impl From<$wit> for $plain {
            fn from(value: $wit) -> Self {
                type Given = $wit;
                match value { $(Given::$case => Self::$case,)* }
            }
        }

        impl From<$plain> for $wit {
            fn from(value: $plain) -> Self {
                type Given = $plain;
                match value { $(Given::$case => Self::$case,)* }
            }
        }
    };
}

/// Converts a variant both ways; how its cases hold their values is said as
/// for the fields of a record.
#[macro_export]
macro_rules! same_variant {
    ($wit:path = $plain:path { $($case:ident $(: $how:ident)?),* $(,)? }) => {
        impl From<$wit> for $plain {
            fn from(value: $wit) -> Self {
                type Given = $wit;
                match value {
                    $(Given::$case(held) => Self::$case($crate::same_field!(held $(, $how)?)),)*
                }
            }
        }

        impl From<$plain> for $wit {
            fn from(value: $plain) -> Self {
                type Given = $plain;
                match value {
                    $(Given::$case(held) => Self::$case($crate::same_field!(held $(, $how)?)),)*
                }
            }
        }
    };
}

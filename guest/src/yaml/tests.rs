//! Tests of the layer as a whole; the parts have their own.

mod read;

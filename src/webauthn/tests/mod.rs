mod checks;
mod properties;
mod software;
mod vectors;

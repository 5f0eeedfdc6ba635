"""Reports of assessments, format by format."""

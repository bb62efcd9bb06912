"""The line-item engine: from words with boxes to ordered lines."""

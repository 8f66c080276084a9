"""The world as a story sees it: one class a lifecycle, dependencies by constructor."""

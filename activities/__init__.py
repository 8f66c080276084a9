"""The world as a workflow uses it: one class a lifecycle, dependencies by constructor."""

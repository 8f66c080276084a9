"""Which tests need one database only."""

from typing import Final

import pytest

ONE_IS_ENOUGH: Final = pytest.mark.parametrize("one_store", ["sqlite"], indirect=True, scope="module")
"""For rules in Python over what a store answers: that each database answers the same is seen to by others."""

from typing import TYPE_CHECKING
x = 0
if TYPE_CHECKING:
    x = 2

"""`tpdl watch`: save a drawing function or a chapter, and the page in the browser is the new one.

    watch(Project.find(Path.cwd()), "full", say=print, port=8000)

`changes` says what was saved, `refresh` redraws and renders in a process of its own, `server` shows the pages and tells
them to reload, `loop` puts them together. Nothing is ever measured here.
"""

from tpdl.watch.loop import watch

__all__ = ["watch"]

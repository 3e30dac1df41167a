-- words.lua: what labels of each kind are called.

local words = {}

words.NO_BREAK_SPACE = '\u{a0}'

words.OF_KIND = {
  fig = 'Figure',
  tbl = 'Table',
  eq = 'Equation',
  sec = 'Section',
  chapter = 'Chapter',
  appendix = 'Appendix',
}

return words

-- words.lua: what labels of each kind are called.

local words = {}

words.NO_BREAK_SPACE = '\u{a0}'

words.OF_KIND = {
  fig = 'Figure',
  tbl = 'Table',
  lst = 'Listing',
  eq = 'Equation',
  sec = 'Section',
  chapter = 'Chapter',
  appendix = 'Appendix',
  thm = 'Theorem',
  lem = 'Lemma',
  cor = 'Corollary',
  prp = 'Proposition',
  cnj = 'Conjecture',
  def = 'Definition',
  exm = 'Example',
  exr = 'Exercise',
  sol = 'Solution',
  rem = 'Remark',
  alg = 'Algorithm',
  nte = 'Note',
  tip = 'Tip',
  wrn = 'Warning',
  imp = 'Important',
  cau = 'Caution',
}

-- Theorems that have a class in place of a label, and no number.
words.OF_CLASS = { proof = 'Proof', remark = 'Remark', solution = 'Solution' }

-- An attribute in which an author may write Markdown, as inlines.
function words.parsed(text)
  return pandoc.utils.blocks_to_inlines(pandoc.read(text, 'markdown').blocks)
end

return words

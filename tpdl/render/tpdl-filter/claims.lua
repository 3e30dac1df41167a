-- claims.lua: [words]{claim="…"} says on demand what was checked, and aloud where it does not hold.

local require = ...
local lookups = require 'lookups'
local output = require 'output'
local report = require 'report'
local scopes = require 'scopes'
local warning = require 'warning'

local claims = {}

-- What tells on demand what was checked, as attributes; and whether it holds.
function claims.verdict(text)
  local verdict = report.known('claims', scopes.one_line(text))
  local found = verdict.found ~= '' and ' (' .. verdict.found .. ')' or ''
  local title = (verdict.holds and 'Checked: ' or 'Does not hold: ') .. verdict.expression .. found
  return lookups.attributes(verdict, title, true), verdict.holds
end

-- The words that say aloud that a claim does not hold.
function claims.warning()
  local on_stand_ins = report.data.stand_in ~= ''
  return warning(on_stand_ins and '✗ does not hold on the stand-ins' or '✗ this claim does not hold')
end

-- On paper a claim has the same dotted line.
local UNDERLINE = '#underline(stroke: (paint: rgb("#4b9a6b"), thickness: 0.6pt, dash: "densely-dotted"), offset: 2.2pt)['

local function on_paper(span)
  local _, holds = claims.verdict(span.attributes.claim)
  local marked = pandoc.Inlines { output.typst_inline(UNDERLINE) } .. span.content .. { output.typst_inline ']' }
  if holds then return marked end
  marked:insert(pandoc.Space())
  marked:extend(claims.warning())
  return marked
end

function claims.mark(span)
  if not span.attributes.claim then return nil end
  if output.PDF then return on_paper(span) end
  local attributes, holds = claims.verdict(span.attributes.claim)
  span.attributes.claim = nil
  span.classes:insert 'claim'
  for _, pair in ipairs(attributes) do span.attributes[pair[1]] = pair[2] end
  if not holds then
    span.classes:insert 'claim-false'
    span.content:insert(pandoc.Space())
    span.content:extend(claims.warning())
  end
  return span
end

return claims

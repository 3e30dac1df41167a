-- claims.lua: [words]{claim="…"} says on demand what was checked, and aloud where it does not hold.

local require = ...
local report = require 'report'
local warning = require 'warning'

local claims = {}

function claims.mark(span)
  local expression = span.attributes.claim
  if not expression then return nil end
  local verdict = report.known('claims', expression)
  span.attributes.claim = nil
  span.classes:insert 'claim'
  local found = verdict.found ~= '' and ' (' .. verdict.found .. ')' or ''
  span.attributes.title = (verdict.holds and 'Checked: ' or 'Does not hold: ') .. expression .. found
  if not verdict.holds then
    local on_stand_ins = report.data.stand_in ~= ''
    span.classes:insert 'claim-false'
    span.content:insert(pandoc.Space())
    span.content:extend(warning(on_stand_ins and '✗ does not hold on the stand-ins' or '✗ this claim does not hold'))
  end
  return span
end

return claims

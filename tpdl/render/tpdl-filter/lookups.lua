-- lookups.lua: what a reader can look up of a value or claim: the expression, and the results that it is made of.

local require = ...
local output = require 'output'
local report = require 'report'

local lookups = {}

-- Step -> true, for those whose results this document looks up.
local named = {}

-- What a value or claim carries, in an order that is always the same: the title, which says it all without a script, and
-- which lookups.js reads; and of a claim the steps, which its title does not say.
function lookups.attributes(entry, title, is_claim)
  for _, step in ipairs(entry.steps) do named[step] = true end
  local attributes = pandoc.List { { 'title', title } }
  if is_claim then attributes:insert { 'data-steps', table.concat(entry.steps, ' ') } end
  return attributes
end

-- Where the results are, once for the page: as links, because the renderer knows how addresses change.
function lookups.place(document)
  if output.PDF then return nil end
  local links = pandoc.Inlines {}
  for step in pairs(named) do
    local path = report.data.results[step]
    if path then
      links:insert(pandoc.Link({}, '/' .. path, '', pandoc.Attr('', {}, { { 'data-step', step } })))
    end
  end
  if #links == 0 then return nil end
  table.sort(links, function(a, b) return a.attributes['data-step'] < b.attributes['data-step'] end)
  document.blocks:insert(pandoc.Div({ pandoc.Plain(links) }, pandoc.Attr('', { 'lookup-sources' }, { hidden = 'hidden' })))
  return document
end

return lookups

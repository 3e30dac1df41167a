-- inner_titles.lua: titles that are written as headings and are none: of callouts, theorems and tabs. They must be out
-- of the way before headings are numbered.

local require = ...
local book = require 'book'
local words = require 'words'

local inner_titles = {}

-- What a theorem is called if the div is one: its word, and its label if it has one.
function inner_titles.theorem(div)
  local label = book.labels[div.identifier]
  local kind = label and div.identifier:match '^(%a+)%-'
  if label and label.theorem then return words.OF_KIND[kind], label end
  for _, class in ipairs(div.classes) do
    if words.OF_CLASS[class] then return words.OF_CLASS[class] end
  end
end

local function is_callout(div)
  return div.classes:find_if(function(class) return class:match '^callout%-' end) ~= nil
end

local function as_title(header)
  return pandoc.Div({ pandoc.Plain(header.content) }, pandoc.Attr('', { 'inner-title' }))
end

-- Every heading of the first one's level begins a tab.
local function tabs(div)
  local level
  for at, block in ipairs(div.content) do
    if block.t == 'Header' and block.level == (level or block.level) then
      level = block.level
      div.content[at] = as_title(block)
    end
  end
  return div
end

function inner_titles.set_apart(div)
  if div.classes:includes 'panel-tabset' then return tabs(div) end
  local first = div.content[1]
  if first and first.t == 'Header' and (inner_titles.theorem(div) or is_callout(div) and not div.attributes.title) then
    div.content[1] = as_title(first)
    return div
  end
end

function inner_titles.is_one(block)
  return block ~= nil and block.t == 'Div' and block.classes:includes 'inner-title'
end

-- The title that the div begins with, as inlines; it is taken out of the div.
function inner_titles.take(div)
  if inner_titles.is_one(div.content[1]) then return div.content:remove(1).content[1].content end
end

return inner_titles

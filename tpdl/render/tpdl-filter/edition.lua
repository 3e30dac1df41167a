-- edition.lua: the edition for students. A card keeps its question and its evidence; in the place of the answer is room
-- for one, and what the model answer claims can be looked up to check it.

local require = ...
local output = require 'output'
local report = require 'report'

local edition = {}

-- Classes of blocks that are, or sum up, answers.
local ANSWERS = { 'short', 'original', 'findings', 'answers' }

function edition.is_for_students()
  return report.data.edition == 'student'
end

local function has_any(div, classes)
  for _, class in ipairs(classes) do
    if div.classes:includes(class) then return true end
  end
  return false
end

local function shows_something(block)
  if block.t == 'Figure' or block.t == 'Header' then return true end
  if block.t == 'Div' then return block.identifier:match '^fig%-' or block.identifier:match '^tbl%-' end
  local found = false
  pandoc.Blocks({ block }):walk {
    Math = function(math) found = found or math.mathtype == 'DisplayMath' end,
    Image = function() found = true end,
  }
  return found
end

-- What a card shows, and what text may refer to: figures, tables, equations, headings.
local function evidence(blocks)
  local kept = pandoc.Blocks {}
  for _, block in ipairs(blocks) do
    if block.t == 'Div' and not shows_something(block) then
      if not has_any(block, ANSWERS) then
        block.content = evidence(block.content)
        if #block.content > 0 then kept:insert(block) end
      end
    elseif shows_something(block) then
      kept:insert(block)
    end
  end
  return kept
end

-- The statements of the answer that are checked against results.
local function claims_in(blocks)
  local found = pandoc.List {}
  blocks:walk {
    traverse = 'topdown',
    Figure = function(figure) return figure, false end,
    Span = function(span)
      if not span.attributes.claim then return nil end
      found:insert { pandoc.Plain { span } }
      return span, false
    end,
  }
  return found
end

local function room()
  if output.PDF then
    return pandoc.Blocks { output.typst '#block(width: 100%, height: 5cm, stroke: 0.6pt + luma(70%), radius: 3pt)[]' }
  end
  return pandoc.Blocks { pandoc.Div({}, pandoc.Attr('', { 'answer-room' }, { { 'aria-hidden', 'true' } })) }
end

local function checks(claims)
  if output.PDF or #claims == 0 then return {} end
  return pandoc.Blocks { output.html '<details class="answer-checks"><summary>Check your answer</summary>' }
    .. { pandoc.BulletList(claims), output.html '</details>' }
end

local function blank(card)
  local question, answer = card.content[1], pandoc.Blocks {}
  for i = 2, #card.content do answer:insert(card.content[i]) end
  local claims = claims_in(answer)
  card.content = pandoc.Blocks { question } .. evidence(answer) .. room() .. checks(claims)
  return card
end

-- Sections of answers end with the next heading that is not below theirs.
local function without_sections(blocks)
  local kept, dropped = pandoc.Blocks {}, nil
  for _, block in ipairs(blocks) do
    if block.t == 'Header' and (not dropped or block.level <= dropped) then
      dropped = block.classes:includes 'answers' and block.level or nil
    end
    if not dropped then kept:insert(block) end
  end
  return kept
end

-- Takes the answers out of a document.
function edition.without_answers(document)
  if not edition.is_for_students() then return nil end
  document.blocks = without_sections(document.blocks)
  document.blocks = document.blocks:walk {
    traverse = 'topdown',
    Div = function(div)
      if div.classes:includes 'question' then return blank(div), false end
      if has_any(div, ANSWERS) then return {}, false end
    end,
  }
  return document
end

-- A caption without its title, which says what is to be seen.
function edition.untitled(title, rest)
  if not edition.is_for_students() then return pandoc.Inlines { pandoc.Strong(title) } .. rest end
  while #rest > 0 and rest[1].t ~= 'Str' and rest[1].content == nil do rest:remove(1) end
  return rest
end

return edition

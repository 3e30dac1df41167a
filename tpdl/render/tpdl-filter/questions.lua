-- questions.lua: ::: {.questions} becomes the table of all questions of the book, made of their cards: question, answer
-- in short, and what the original report concluded, with the verdict.

local require = ...
local cards = require 'cards'
local edition = require 'edition'
local output = require 'output'
local report = require 'report'
local scopes = require 'scopes'

local WIDTHS = { 0.07, 0.28, 0.34, 0.31 }

-- Text of another chapter: what it calls by short names keeps its meaning, and works are cited where it stands.
local function markdown(text)
  local blocks = pandoc.read(text.markdown, 'markdown').blocks
  blocks = blocks:walk {
    Inlines = function(inlines)
      local kept = pandoc.Inlines {}
      for _, inline in ipairs(inlines) do
        local cites_a_work = inline.t == 'Cite' and not inline.citations[1].id:match '^%l+%-'
        if cites_a_work then
          if #kept > 0 and kept[#kept].t == 'Space' then kept:remove(#kept) end
        else
          kept:insert(inline)
        end
      end
      return kept
    end,
  }
  return scopes.under(text.scope, blocks)
end

local function leads_to(entry, words)
  return pandoc.Link(words, '/' .. entry.source .. (entry.anchor ~= '' and '#' .. entry.anchor or ''))
end

-- The number of a question, which leads to its card; on paper also the page.
local function number(entry)
  local text = (entry.chapter ~= '' and entry.chapter .. '.' or '') .. entry.number
  if entry.number == '' then return {} end
  if not output.PDF then return { pandoc.Plain { leads_to(entry, text) } } end
  local place = ('query(<%s>).first().location()'):format(entry.anchor)
  return {
    pandoc.Plain {
      output.typst_inline(('#link(<%s>)[%s #linebreak() #text(size: 0.85em, fill: luma(38%%))[p.~#context '
        .. 'counter(page).at(%s).first()]]'):format(entry.anchor, text, place)),
    },
  }
end

local function in_short(entry)
  if edition.is_for_students() then return {} end
  if entry.short then return markdown(entry.short) end
  if entry.missing == '' then return {} end
  local words = pandoc.Inlines { pandoc.Str 'Not measured' }
  if entry.command ~= '' then words:extend { pandoc.Str ': ', pandoc.Code(entry.command) } end
  return { pandoc.Para(words) }
end

local function classed(blocks, class, verdict)
  if output.PDF then return pandoc.Blocks(blocks) end
  return pandoc.Blocks { pandoc.Div(blocks, pandoc.Attr('', { class }, { ['data-verdict'] = verdict })) }
end

-- Each conclusion of the original is a line of its own, behind its verdict.
local function conclusions(entry)
  if edition.is_for_students() or entry.missing ~= '' then return {} end
  if #entry.originals == 0 then return classed({ pandoc.Para(cards.chip 'new') }, 'conclusion', 'new') end
  local all = pandoc.Blocks {}
  for _, each in ipairs(entry.originals) do
    local blocks = markdown(each)
    local verdict = each.holds and each.verdict or 'does not hold'
    if blocks[1] and blocks[1].content then
      blocks[1] = pandoc.Para(cards.chip(verdict) .. { pandoc.Space() } .. blocks[1].content)
    end
    all:extend(classed(blocks, 'conclusion', verdict))
  end
  return all
end

local function row(entry)
  local question = entry.text and markdown(entry.text)
    or { pandoc.Para { pandoc.Emph { leads_to(entry, 'A remark outside of the questions') } } }
  local cells = { number(entry), question, in_short(entry), conclusions(entry) }
  local attributes = { { 'data-number', entry.number }, { 'data-title', entry.title } }
  return pandoc.Row(pandoc.List(cells):map(function(content)
    return pandoc.Cell(content)
  end), pandoc.Attr('', {}, attributes))
end

local function title_row(words)
  return pandoc.Row(pandoc.List(words):map(function(text)
    return pandoc.Cell { pandoc.Plain(pandoc.Str(text)) }
  end))
end

-- The table; the content of the block stays above it.
local function questions(div)
  if not div.classes:includes 'questions' then return nil end
  local columns = pandoc.List(WIDTHS):map(function(width) return { pandoc.AlignLeft, width } end)
  local rows = pandoc.List(report.data.questions):map(row)
  local head = pandoc.TableHead { title_row { 'No.', 'Question', 'In short', 'What the original report concluded' } }
  local body = { attr = pandoc.Attr(), body = rows, head = {}, row_head_columns = 0 }
  local grid = pandoc.Table({ long = {} }, columns, head, { body }, pandoc.TableFoot())
  local content = pandoc.Blocks(div.content)
  if output.PDF then
    content:insert(output.typst('#[ #set text(size: 0.88em); #set table(inset: (x: 0.4em, y: 0.4em)); '
      .. '#show figure: set block(breakable: true); #set table.cell(breakable: false); '
      .. '#set table(stroke: (_, y) => if y > 1 { (top: 0.4pt + luma(75%)) })'))
    content:insert(grid)
    content:insert(output.typst ']')
    return content
  end
  content:insert(grid)
  return pandoc.Div(content, pandoc.Attr(div.identifier, { 'questions' }))
end

return questions

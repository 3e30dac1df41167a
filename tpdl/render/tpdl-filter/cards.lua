-- cards.lua: :::: {.question} becomes a card: the question with its answer in short, what the original report concluded
-- with the verdict, and what is in depth, folded on the page and set smaller on paper.

local require = ...
local claims = require 'claims'
local lead_ins = require 'lead_ins'
local output = require 'output'
local report = require 'report'

local cards = {}

local VERDICTS = {
  confirmed = { class = 'confirmed', colour = '#1a6b3c' },
  contradicted = { class = 'contradicted', colour = '#a3320f' },
  ['in part'] = { class = 'in-part', colour = '#7a5c00' },
  ['does not hold'] = { class = 'contradicted', colour = '#a3180f' },
  ['not tested'] = { class = 'not-tested', colour = '#57606a' },
  new = { class = 'new', colour = '#0b5cad' },
}

-- The letters and digits of a chapter's title, as `tpdl prepare` makes a part of the key of a card of them.
local function plain_title(text)
  local letters = text:gsub('[%p%s]', ''):gsub('\u{a0}', ''):gsub('\xE2\x80[\x80-\xBF]', ''):gsub('\xE2\x81[\x80-\xAF]', '')
  return pandoc.text.lower(letters)
end

-- The anchors of all cards of the book.
local function anchors()
  local all = {}
  for _, anchor in pairs(report.data.cards) do table.insert(all, anchor) end
  return all
end

-- A verdict as a word with a colour. `attributes` tell on demand what was checked.
function cards.chip(verdict, attributes)
  local look = VERDICTS[verdict] or VERDICTS['not tested']
  if output.PDF then
    return pandoc.Inlines {
      output.typst_inline(('#box(stroke: 0.6pt + rgb("%s"), radius: 2pt, inset: (x: 0.4em), outset: (y: 0.25em), '
        .. 'text(size: 0.82em, weight: "semibold", fill: rgb("%s"))['):format(look.colour, look.colour)),
      pandoc.Str(verdict),
      output.typst_inline '])',
    }
  end
  local classes = { 'verdict', 'verdict-' .. look.class }
  return pandoc.Inlines { pandoc.Span(pandoc.Str(verdict), pandoc.Attr('', classes, attributes or {})) }
end

local function has(block, class)
  return block.t == 'Div' and block.classes:includes(class)
end

-- Words before the first paragraph of some blocks.
local function led_by(words, blocks)
  local first = blocks[1]
  if first and (first.t == 'Para' or first.t == 'Plain') then
    blocks[1] = pandoc.Para(pandoc.Inlines(words) .. { pandoc.Space() } .. first.content)
  else
    blocks:insert(1, pandoc.Para(words))
  end
  return blocks
end

local function labelled(text, class)
  return pandoc.Span(pandoc.Strong(pandoc.Str(text)), pandoc.Attr('', { class }))
end

-- Question and answer, and what else stands in the card.
local function taken_apart(content)
  local question, answer, rest = nil, nil, pandoc.Blocks {}
  for i, block in ipairs(content) do
    if i == 1 and block.t == 'Para' then
      question = block.content
    elseif not answer and has(block, 'short') then
      answer = block.content
    else
      rest:insert(block)
    end
  end
  return question or pandoc.Inlines {}, answer, rest
end

local function on_page(anchor, question, answer, rest)
  local blocks = pandoc.Blocks { pandoc.Div(pandoc.Para(question), pandoc.Attr(anchor .. '-asked', { 'question-asked' })) }
  if answer then
    blocks:insert(pandoc.Div(led_by({ labelled('In short.', 'short-label') }, answer), pandoc.Attr('', { 'question-short' })))
  end
  blocks:extend(rest)
  local attributes = { { 'role', 'group' }, { 'aria-labelledby', anchor .. '-asked' } }
  return { pandoc.Div(blocks, pandoc.Attr(anchor, { 'question-card' }, attributes)) }
end

-- The question stays on the page of its answer, and both on that of what comes next.
local function on_paper(anchor, question, answer, rest)
  local blocks = pandoc.Blocks {
    output.typst('#block(width: 100%, above: 2em, below: 1.2em, breakable: false, sticky: true, '
      .. 'inset: (x: 1em, y: 0.9em), stroke: (left: 2.5pt + rgb("#0b5cad")), fill: rgb("#0b5cad").lighten(95%))['),
    pandoc.Para(question),
  }
  if answer then blocks:extend(led_by({ pandoc.Strong(pandoc.Str 'In short.') }, answer)) end
  blocks:insert(output.typst('] <' .. anchor .. '>'))
  return blocks .. rest
end

local function card(div, chapter)
  local number = div.attributes.number or ''
  local question, answer, rest = taken_apart(div.content)
  local asked = pandoc.Inlines { labelled('Question ' .. number .. '.', 'question-number'), pandoc.Space() }
  asked:extend(output.PDF and { pandoc.Emph(question) } or question)
  local anchor = report.known('cards', plain_title(chapter) .. '/' .. number)
  return (output.PDF and on_paper or on_page)(anchor, asked, answer, rest)
end

-- Every card knows the chapter that it stands in: Quarto makes one document of all chapters for paper, and takes the
-- title of a page out of the text.
function cards.place(document)
  local chapter = document.meta.title and pandoc.utils.stringify(document.meta.title) or ''
  local function place(blocks)
    local placed = pandoc.Blocks {}
    for i, block in ipairs(blocks) do
      if block.t == 'Header' and block.level == 1 then chapter = pandoc.utils.stringify(block.content) end
      if block.t == 'Div' then block.content = place(block.content) end
      if has(block, 'question') then
        placed:extend(card(block, chapter))
      elseif output.PDF and blocks[i + 1] and has(blocks[i + 1], 'question') then
        -- Else a heading and a sentence stay behind on the page before.
        placed:extend(lead_ins.kept(block))
      else
        placed:insert(block)
      end
    end
    return placed
  end
  document.blocks = place(document.blocks)
  return document
end

local function original(div)
  local verdict, checked, holds = div.attributes.verdict or '', nil, true
  if div.attributes.claim then checked, holds = claims.verdict(div.attributes.claim) end
  local content = led_by({ labelled('The original report:', 'original-label') }, div.content)
  content[1].content:insert(pandoc.Space())
  content[1].content:extend(cards.chip(verdict, checked))
  if not holds then
    content[1].content:insert(pandoc.Space())
    content[1].content:extend(claims.warning())
  end
  if output.PDF then
    local opening = '#block(width: 100%, above: 1.3em, below: 1.3em, breakable: false, inset: (left: 1em), '
      .. 'stroke: (left: 1.2pt + luma(70%)))['
    return pandoc.Blocks { output.typst(opening) } .. content .. { output.typst ']' }
  end
  return pandoc.Div(content, pandoc.Attr(div.identifier, { 'original-report' }))
end

local function depth(div)
  if output.PDF then
    return pandoc.Blocks {
      output.typst '#[ #set text(size: 0.9em)',
      output.typst '#block(above: 1.4em, below: 0.8em, sticky: true, text(weight: "semibold", fill: luma(35%))[In depth])',
    } .. div.content .. { output.typst ']' }
  end
  local folded = pandoc.Blocks { output.html '<details class="in-depth"><summary>In depth</summary>' }
  return pandoc.Div(folded .. div.content .. { output.html '</details>' }, pandoc.Attr(div.identifier, { 'depth' }))
end

-- On paper a link to the card of another chapter leads to it, too.
function cards.link(link)
  local anchor = link.target:match '%.qmd#(.+)$'
  if not (output.PDF and anchor and pandoc.List(anchors()):includes(anchor)) then return nil end
  return pandoc.Inlines { output.typst_inline('#link(<' .. anchor .. '>)[') } .. link.content .. { output.typst_inline ']' }
end

-- Pictures of findings, two beside each other. On the page the style does it.
local function findings(div)
  local blocks = pandoc.Blocks { output.typst '#grid(columns: (1fr, 1fr), column-gutter: 1.6em, row-gutter: 1.4em,' }
  for _, finding in ipairs(div.content) do
    -- Picture and words on one page.
    blocks:insert(output.typst 'block(breakable: false)[')
    blocks:extend(finding.content and finding.t == 'Div' and finding.content or { finding })
    blocks:insert(output.typst '],')
  end
  blocks:insert(output.typst ')')
  return blocks
end

-- Small pictures side by side.
local function mosaic(div)
  return div:walk {
    Image = function(image)
      if output.PDF then
        image.attributes.width = '48%'
      else
        image.attributes.loading = 'lazy'
      end
      return image
    end,
  }
end

function cards.parts(div)
  if div.classes:includes 'mosaic' then return mosaic(div) end
  if div.classes:includes 'findings' and output.PDF then return findings(div) end
  if div.classes:includes 'original' then return original(div) end
  if div.classes:includes 'depth' then return depth(div) end
end

return cards

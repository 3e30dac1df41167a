-- titles.lua: a figure's title is the first sentence of its caption, in bold.

local require = ...
local edition = require 'edition'

local titles = {}

-- Words after whose full stop a sentence goes on. One letter with a full stop is an initial.
local ABBREVIATIONS = {}
for word in ('e.g. i.e. cf. vs. al. approx. ca. resp. Fig. Figs. Tab. Eq. Eqs. Sec. No. Nos. Dr. St. etc.'):gmatch '%S+' do
  ABBREVIATIONS[word] = true
end

local SPACES = { Space = true, SoftBreak = true, LineBreak = true }

-- Whether a sentence ends with this text.
local function ends(text)
  text = text:gsub('[%)%]"\']+$', ''):gsub('”$', ''):gsub('’$', '')
  if not text:match '[.!?]$' or text:match '%.%.$' then return false end
  -- Pandoc puts a no-break space behind abbreviations that it knows, and so makes one text of two words.
  local word = text:match '(%S+)$':gsub('^.*\u{a0}', ''):gsub('^%(', '')
  return not ABBREVIATIONS[word] and not word:match '^%u%.$'
end

-- Whether a sentence ends with the last of these inlines, however deep it lies.
local function last_ends(inline)
  if inline.t == 'Str' then return ends(inline.text) end
  if inline.t == 'Quoted' or inline.t == 'Span' or inline.t == 'Emph' or inline.t == 'Strong' or inline.t == 'Link' then
    local last = inline.content[#inline.content]
    return last ~= nil and last_ends(last)
  end
  return false
end

-- The inlines with the first sentence in bold; as they are if they begin in bold already.
function titles.bold(inlines)
  if #inlines == 0 then return inlines end
  if inlines[1].t == 'Strong' then
    local title = inlines:remove(1)
    return edition.untitled(title.content, inlines)
  end
  local title, rest = pandoc.Inlines {}, pandoc.Inlines {}
  local is_over = false
  for i, inline in ipairs(inlines) do
    if is_over then
      rest:insert(inline)
    else
      title:insert(inline)
      is_over = last_ends(inline) and (i == #inlines or SPACES[inlines[i + 1].t] == true)
    end
  end
  return edition.untitled(title, rest)
end

local function is_image(block)
  return #block.content == 1 and block.content[1].t == 'Image'
end

-- In a figure that is a div its last paragraph is the caption. What stands inside of one are parts of it.
local function of_div(div)
  local last = div.content[#div.content]
  if div.identifier:match '^fig%-' then
    if #div.content > 1 and last.t == 'Para' and not is_image(last) then last.content = titles.bold(last.content) end
    div.content[#div.content] = last
    return div, false
  end
  if div.classes:includes 'picture' then
    return div:walk {
      Div = function(inner)
        if inner.classes:includes 'caption' then inner.content[1].content = titles.bold(inner.content[1].content) end
        return inner
      end,
    }, false
  end
end

local function of_figure(figure)
  local first = figure.caption.long[1]
  if first then
    first.content = titles.bold(first.content)
    figure.caption.long[1] = first
  end
  return figure, false
end

titles.handlers = { traverse = 'topdown', Div = of_div, Figure = of_figure }

return titles

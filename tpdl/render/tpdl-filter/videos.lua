-- videos.lua: a video on the page, with three of its frames for a page that is printed; on paper the frames alone.

local require = ...
local output = require 'output'

local function still(image, alt, attributes)
  local all = pandoc.List { { 'alt', alt .. ' (' .. image.words .. ')' } }
  all:extend(attributes)
  return pandoc.Image({}, '/' .. image.src, '', pandoc.Attr('', {}, all))
end

local function stills_typst(video, alt)
  local blocks = pandoc.Blocks { output.typst '#block(width: 100%)[#grid(columns: (1fr,) * 3, gutter: 0.7em, align: center,' }
  for _, image in ipairs(video.stills) do
    blocks:insert(output.typst '[')
    blocks:insert(pandoc.Plain { still(image, alt, { { 'width', '100%' } }) })
    blocks:insert(output.typst('#text(size: 0.8em)[' .. image.words .. ']],'))
  end
  blocks:insert(output.typst ')]')
  return blocks
end

-- Where a file lies, for an attribute of HTML that no renderer knows to be an address. For Quarto as the page sees it;
-- the embedded renderer knows its own pages (its videos.lua), and slides are put in order by `tpdl report`.
local function address(path)
  if not quarto then return '/' .. path end
  local root = quarto.project.directory or pandoc.system.get_working_directory()
  local page = pandoc.path.directory(quarto.doc.input_file)
  return pandoc.path.make_relative(pandoc.path.join { root, path }, page, true)
end

local function escaped(text)
  return (text:gsub('&', '&amp;'):gsub('"', '&quot;'):gsub('<', '&lt;'))
end

-- It waits for the reader to start it, so nothing moves unasked. The link inside is for browsers that play no video; and
-- because of it, as of any link to a file, the renderers copy the film.
local function video_html(video, alt)
  local opening = ('<video class="video" controls muted loop playsinline preload="metadata" width="%d" height="%d" '
    .. 'style="--own: %dpx" src="%s" poster="%s" aria-label="%s">'):format(
    video.width, video.height, video.width, escaped(address(video.src)), escaped(address(video.stills[1].src)), escaped(alt))
  local film = pandoc.Inlines {
    pandoc.RawInline('html', opening),
    pandoc.Link({ pandoc.Str 'Video' }, '/' .. video.src),
    pandoc.RawInline('html', '</video>'),
  }
  local frames = pandoc.Inlines {}
  for _, image in ipairs(video.stills) do
    local size = { { 'width', tostring(video.width) }, { 'height', tostring(video.height) }, { 'loading', 'lazy' } }
    local picture = still(image, alt, size)
    picture.classes:insert 'nolightbox'
    frames:insert(picture)
  end
  local blocks = { pandoc.Plain(film), pandoc.Div({ pandoc.Plain(frames) }, pandoc.Attr('', { 'video-stills' })) }
  return pandoc.Blocks { pandoc.Div(blocks, pandoc.Attr('', { 'video-figure' })) }  -- one block, one cell of a layout
end

-- The blocks of a video. `alt`: what it shows.
return function(video, alt)
  if output.PDF then return stills_typst(video, alt) end
  return video_html(video, alt)
end

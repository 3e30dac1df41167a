-- charts.lua: a chart on the page: its picture, and what charts.js makes an interactive one of. Paper, slides and pages
-- without the library have the picture alone.

local require = ...
local output = require 'output'
local report = require 'report'

local function data(kind, text)
  return output.html(('<script type="application/json" class="chart-data" data-kind="%s">%s</script>'):format(kind, text))
end

-- `still`: the blocks of the picture; `alt`: what it shows.
return function(chart, still, alt)
  if output.PDF or output.SLIDES or (report.data.chart_library or '') == '' then return still end
  local blocks = pandoc.Blocks { pandoc.Div(still, pandoc.Attr('', { 'chart-still' })), data('wide', chart.wide) }
  if chart.narrow then blocks:insert(data('narrow', chart.narrow)) end
  -- Room for the chart; charts.js fills it.
  blocks:insert(pandoc.Div({}, pandoc.Attr('', { 'chart-live' }, { { 'data-alt', alt } })))
  return pandoc.Blocks { pandoc.Div(blocks, pandoc.Attr('', { 'chart' })) }
end

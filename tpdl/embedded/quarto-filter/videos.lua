-- videos.lua: where a video and its first frame lie as seen from their page; the filter that placed them does not know it.

local require = ...
local book = require 'book'
local output = require 'output'

local function video(raw)
  if raw.format ~= 'html' or not raw.text:match '^<video ' then return nil end
  raw.text = raw.text:gsub('( %l+=")/([^"]*")', function(before, path) return before .. book.from_here(path) end)
  return raw
end

return not output.PDF and video or nil

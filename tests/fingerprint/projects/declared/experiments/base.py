ALT = 'what is to be seen'
TINY = 'tiny_vgg'

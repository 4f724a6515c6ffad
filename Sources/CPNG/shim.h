// libpng edge. The simplified API reports errors by value, so that no longjmp crosses Swift.
#ifndef LETTERPRESS_CPNG_H
#define LETTERPRESS_CPNG_H
#include <png.h>
#endif

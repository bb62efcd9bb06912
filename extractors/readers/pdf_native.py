"""Bare calls into pdfium for the inner loops: plain integers for handles instead of wrapped pointers.

A page has thousands of glyphs and every call counts; these prototypes halve what a call costs. All functions share
pdfium's one rule: never from two threads.
"""

from __future__ import annotations

import ctypes

import pypdfium2_raw as raw

_HANDLE, _INT, _FLOAT = ctypes.c_void_p, ctypes.c_int, ctypes.c_float


def _bare(name: str, result: type | None, *arguments: type) -> ctypes._FuncPointer:
    address = ctypes.cast(getattr(raw, name), ctypes.c_void_p).value
    assert address is not None, name
    return ctypes.PYFUNCTYPE(result, *arguments)(address)


class Rect(ctypes.Structure):
    _fields_ = [("left", _FLOAT), ("top", _FLOAT), ("right", _FLOAT), ("bottom", _FLOAT)]


class Matrix(ctypes.Structure):
    _fields_ = [(name, _FLOAT) for name in "abcdef"]


def address(handle: object) -> int:
    """Of one of pypdfium2's wrapped handles."""
    value = ctypes.cast(handle, ctypes.c_void_p).value  # type: ignore[arg-type]
    assert value is not None
    return value


load_text = _bare("FPDFText_LoadPage", _HANDLE, _HANDLE)
close_text = _bare("FPDFText_ClosePage", None, _HANDLE)
count_chars = _bare("FPDFText_CountChars", _INT, _HANDLE)
get_text = _bare("FPDFText_GetText", _INT, _HANDLE, _INT, _INT, _HANDLE)
unicode_at = _bare("FPDFText_GetUnicode", ctypes.c_uint, _HANDLE, _INT)
loose_box = _bare("FPDFText_GetLooseCharBox", _INT, _HANDLE, _INT, _HANDLE)
char_matrix = _bare("FPDFText_GetMatrix", _INT, _HANDLE, _INT, _HANDLE)
map_error = _bare("FPDFText_HasUnicodeMapError", _INT, _HANDLE, _INT)
text_object = _bare("FPDFText_GetTextObject", _HANDLE, _HANDLE, _INT)
font_size = _bare("FPDFText_GetFontSize", ctypes.c_double, _HANDLE, _INT)

text_font = _bare("FPDFTextObj_GetFont", _HANDLE, _HANDLE)
font_name = _bare("FPDFFont_GetBaseFontName", ctypes.c_size_t, _HANDLE, _HANDLE, ctypes.c_size_t)
font_is_embedded = _bare("FPDFFont_GetIsEmbedded", _INT, _HANDLE)
font_weight = _bare("FPDFFont_GetWeight", _INT, _HANDLE)
render_mode = _bare("FPDFTextObj_GetTextRenderMode", _INT, _HANDLE)
fill_colour = _bare("FPDFPageObj_GetFillColor", _INT, _HANDLE, _HANDLE, _HANDLE, _HANDLE, _HANDLE)
stroke_colour = _bare("FPDFPageObj_GetStrokeColor", _INT, _HANDLE, _HANDLE, _HANDLE, _HANDLE, _HANDLE)

page_objects = _bare("FPDFPage_CountObjects", _INT, _HANDLE)
page_object = _bare("FPDFPage_GetObject", _HANDLE, _HANDLE, _INT)
form_objects = _bare("FPDFFormObj_CountObjects", _INT, _HANDLE)
form_object = _bare("FPDFFormObj_GetObject", _HANDLE, _HANDLE, ctypes.c_ulong)
object_kind = _bare("FPDFPageObj_GetType", _INT, _HANDLE)
object_matrix = _bare("FPDFPageObj_GetMatrix", _INT, _HANDLE, _HANDLE)
object_bounds = _bare("FPDFPageObj_GetBounds", _INT, _HANDLE, _HANDLE, _HANDLE, _HANDLE, _HANDLE)
path_segments = _bare("FPDFPath_CountSegments", _INT, _HANDLE)
path_segment = _bare("FPDFPath_GetPathSegment", _HANDLE, _HANDLE, _INT)
segment_kind = _bare("FPDFPathSegment_GetType", _INT, _HANDLE)
segment_point = _bare("FPDFPathSegment_GetPoint", _INT, _HANDLE, _HANDLE, _HANDLE)
segment_closes = _bare("FPDFPathSegment_GetClose", _INT, _HANDLE)
draw_mode = _bare("FPDFPath_GetDrawMode", _INT, _HANDLE, _HANDLE, _HANDLE)
stroke_width = _bare("FPDFPageObj_GetStrokeWidth", _INT, _HANDLE, _HANDLE)

TEXT, PATH, IMAGE, FORM = 1, 2, 3, 5  # FPDF_PAGEOBJ_*
MOVE, LINE, CURVE = 2, 0, 1  # FPDF_SEGMENT_*
image_size = _bare("FPDFImageObj_GetImagePixelSize", _INT, _HANDLE, _HANDLE, _HANDLE)
char_box = _bare("FPDFText_GetCharBox", _INT, _HANDLE, _INT, _HANDLE, _HANDLE, _HANDLE, _HANDLE)
set_active = _bare("FPDFPageObj_SetIsActive", _INT, _HANDLE, _INT)

new_bitmap = _bare("FPDFBitmap_CreateEx", _HANDLE, _INT, _INT, _INT, _HANDLE, _INT)
close_bitmap = _bare("FPDFBitmap_Destroy", None, _HANDLE)
draw_page = _bare("FPDF_RenderPageBitmap", None, _HANDLE, _HANDLE, *(_INT,) * 6)
draw_forms = _bare("FPDF_FFLDraw", None, _HANDLE, _HANDLE, _HANDLE, *(_INT,) * 6)

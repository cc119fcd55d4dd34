"""How much an importer takes before it refuses: far above any school's file, far below a machine's memory."""

MAX_FILE = 20_000_000  # bytes as they arrive
MAX_TEXT = 5_000_000  # bytes of an HTML or text table; lists have some 200 bytes a student
MAX_LESSON = 1_000_000  # bytes of one Markdown lesson
MAX_FRONT_MATTER = 64_000  # characters
MAX_UNPACKED = 40_000_000  # bytes of a spreadsheet's XML parts together
MAX_RATIO = 200  # unpacked : packed; real sheets stay below 50
MAX_PARTS = 2_000  # entries of a spreadsheet's archive
MAX_ROWS = 100_000  # of one sheet
MAX_AREA = 2_000_000  # rows × columns of one sheet
MAX_CELLS = 2_000_000  # of an HTML or text table
MAX_STRING_COPIES = 100_000_000  # cells × longest shared string
MAX_XML_ELEMENTS = 1_000_000

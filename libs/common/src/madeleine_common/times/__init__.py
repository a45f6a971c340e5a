"""What people mean by a time, in English and Chinese: `past` reads what was, `future` what is to come."""

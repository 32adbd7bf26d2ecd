;;; Transformations that pgloader lacks, for --load-lisp-file.

(in-package :pgloader.transforms)

(declaim (optimize (speed 3) (safety 1)))

(defun number-to-boolean (value)
  (when value (if (eql value 0) "f" "t")))

(defun json-list-to-array (value)
  "A list without a backslash is an array's literal but for its brackets."
  (when value
    (when (find #\\ (the string value)) (error "a list of texts with escapes: ~a" value))
    (let ((literal (copy-seq (the string value))))
      (setf (char literal 0) #\{ (char literal (1- (length literal))) #\})
      literal)))

(defun milliseconds-to-timestamptz (value)
  "Digits are written by hand: FORMAT takes longer than all the rest."
  (when value
    (multiple-value-bind (day instant) (floor (the (signed-byte 56) value) 86400000)
      (declare (type (signed-byte 40) day) (type (unsigned-byte 32) instant))
      ;; The civil date of a day, years beginning with March.
      (let* ((days (+ day 719468))
             (era (floor days 146097))
             (day-of-era (- days (* era 146097)))
             (year-of-era (floor (- day-of-era (floor day-of-era 1460) (- (floor day-of-era 36524)) (floor day-of-era 146096)) 365))
             (day-of-year (- day-of-era (- (+ (* 365 year-of-era) (floor year-of-era 4)) (floor year-of-era 100))))
             (shifted (floor (+ (* 5 day-of-year) 2) 153))
             (date (1+ (- day-of-year (floor (+ (* 153 shifted) 2) 5))))
             (month (if (< shifted 10) (+ shifted 3) (- shifted 9)))
             (year (+ year-of-era (* era 400) (if (<= month 2) 1 0)))
             (text (make-string 24 :element-type 'character)))
        (declare (type fixnum days era day-of-era year-of-era day-of-year shifted date month year))
        (flet ((digits (number start end)
                 (declare (type fixnum number start end))
                 (loop for place of-type fixnum from (1- end) downto start
                       do (multiple-value-bind (rest digit) (floor number 10)
                            (setf (char text place) (code-char (+ 48 (the fixnum digit))) number rest)))))
          (digits year 0 4)
          (digits month 5 7)
          (digits date 8 10)
          (digits (floor instant 3600000) 11 13)
          (digits (mod (floor instant 60000) 60) 14 16)
          (digits (mod (floor instant 1000) 60) 17 19)
          (digits (mod instant 1000) 20 23)
          (setf (char text 4) #\- (char text 7) #\- (char text 10) #\Space (char text 13) #\: (char text 16) #\:
                (char text 19) #\. (char text 23) #\Z)
          text)))))
